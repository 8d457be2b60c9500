-- Says that the alerts $1 were reported, and promises their delivery where the tenant has a webhook. $2: for how long to
-- try, in milliseconds.
WITH reported AS (
  UPDATE credits.alerts SET reported_at = now() WHERE alert_id = ANY ($1::uuid[]) RETURNING alert_id, tenant_id
)
INSERT INTO credits.alert_deliveries (alert_id, tenant_id, webhook_id, deadline_at)
SELECT r.alert_id, r.tenant_id, w.webhook_id, now() + $2 * interval '1 millisecond'
FROM reported AS r
JOIN credits.webhooks AS w ON w.tenant_id = r.tenant_id
