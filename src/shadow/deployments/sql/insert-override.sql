INSERT INTO shadow.deployment_overrides (override_id, tenant_id, rule_id, rule_hash, reason, actor)
VALUES ($1, $2, $3, $4, $5, $6)
