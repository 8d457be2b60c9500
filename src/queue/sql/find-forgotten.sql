-- Unfinished evaluations that no worker is at and that showed no sign of life for a while: their job was lost, or
-- their worker died. A running one is recognised by the lock that its worker would hold; one that merely waits its
-- turn looks the same as one whose job was lost, so it is asked after less often. Uses evaluations_unfinished.
UPDATE shadow.evaluations
SET touched_at = now()
WHERE eval_id IN (
  SELECT eval_id
  FROM shadow.evaluations AS e
  WHERE (status = 'running' AND touched_at < now() - $1 * interval '1 millisecond'
      OR status = 'queued' AND touched_at < now() - $2 * interval '1 millisecond')
    AND NOT EXISTS (
      SELECT FROM pg_locks
      WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND classid = 1095980869
        AND objid = (hashtext(e.eval_id::text)::bigint & 4294967295)::oid
    )
  ORDER BY created_at
  LIMIT 200
  FOR UPDATE SKIP LOCKED
)
RETURNING eval_id, lane, attempts
