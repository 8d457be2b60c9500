-- Takes due deliveries for one attempt: nobody else takes them for $2 milliseconds, longer than an attempt can last.
-- webhook_id is NULL where the webhook was removed or replaced since. Uses alert_deliveries_due. $1: at most so many.
WITH taken AS (
  UPDATE credits.alert_deliveries
  SET attempts = attempts + 1, next_attempt_at = now() + $2 * interval '1 millisecond'
  WHERE alert_id IN (
    SELECT alert_id FROM credits.alert_deliveries
    WHERE state = 'pending' AND next_attempt_at <= now()
    ORDER BY next_attempt_at
    LIMIT $1
    FOR NO KEY UPDATE SKIP LOCKED
  )
  RETURNING alert_id, tenant_id, webhook_id, attempts, deadline_at
)
SELECT
  t.alert_id, t.tenant_id, t.attempts, t.deadline_at,
  a.threshold, a.available, a.created_at,
  w.webhook_id, w.url, w.secret_sealed
FROM taken AS t
JOIN credits.alerts AS a ON a.alert_id = t.alert_id
LEFT JOIN credits.webhooks AS w ON w.tenant_id = t.tenant_id AND w.webhook_id = t.webhook_id
