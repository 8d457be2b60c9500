-- Uses deployments_canary and deployments_active: two rows at most.
SELECT deployment_id, rule_hash, status
FROM shadow.deployments
WHERE tenant_id = $1 AND rule_id = $2 AND status IN ('canary', 'active')
