-- Through the unique index on (tenant_id, rule_id, rule_hash).
SELECT rule_id, version, rule_hash, rule_name, rule_type, rule_config::text AS rule_config, created_at
FROM shadow.rule_versions
WHERE tenant_id = $1 AND rule_id = $2 AND rule_hash = $3
