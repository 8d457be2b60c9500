-- Rollouts under way; those looked at longest ago come first, so that a bounded run starves none. Uses
-- deployments_watched.
SELECT deployment_id, tenant_id, rule_id
FROM shadow.deployments
WHERE status = 'canary'
ORDER BY checked_at NULLS FIRST
LIMIT $1
