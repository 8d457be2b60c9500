-- Tenants who may have something due, locked for the statement after this one; those that are at work are left alone,
-- since whoever writes posts what is due anyway. Uses accounts_due. $1: at most so many; $2: only later ones than this.
SELECT tenant_id, next_due_at::text AS next_due_at
FROM credits.accounts
WHERE next_due_at <= (SELECT credits.clock()) AND next_due_at > $2::timestamptz
ORDER BY next_due_at
LIMIT $1
FOR NO KEY UPDATE SKIP LOCKED
