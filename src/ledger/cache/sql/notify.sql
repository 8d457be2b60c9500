-- Outside the ledger's transactions: a NOTIFY takes a lock of the whole server until its commit. Nothing is lost with
-- it that matters, so its own commit need not wait for the disk either.
SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, message) FROM unnest($2::text[]) AS message
