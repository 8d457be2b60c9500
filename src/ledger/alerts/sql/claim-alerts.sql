-- Alerts that nobody has reported yet, oldest first; whoever claims them reports them before it commits. Uses
-- alerts_unreported. $1: at most so many.
SELECT alert_id, tenant_id, threshold, available, created_at
FROM credits.alerts
WHERE reported_at IS NULL
ORDER BY created_at
LIMIT $1
FOR NO KEY UPDATE SKIP LOCKED
