-- Where folding stands; the lock lets one fold go on at a time. $1: seconds of margin, $2: seconds a step covers at most.
SELECT folded_until::text,
       next_until > folded_until AS is_behind,
       -- Whoever records something up to next_until is older than next_xid, and has ended.
       pg_snapshot_xmin(pg_current_snapshot()) >= next_xid AS is_settled,
       step.until::text,
       step.until >= next_until AS reaches,
       (credits.clock() - make_interval(secs => $1))::text AS moment
FROM credits.summary_progress,
     LATERAL (
       SELECT least(next_until, make_interval(secs => $2) +
         CASE WHEN isfinite(folded_until) THEN folded_until
              ELSE coalesce((SELECT min(recorded_at) FROM credits.transfers), next_until) END)
     ) AS step (until)
FOR UPDATE OF summary_progress
