-- $1: the moment to fold up to next, read from the clock by an earlier statement, so that the snapshot of this one is
-- younger. Who has no number by then will lock its accounts later, read the clock later still, and record past $1.
UPDATE credits.summary_progress
SET next_until = greatest(next_until, $1::timestamptz), next_xid = pg_snapshot_xmax(pg_current_snapshot())
