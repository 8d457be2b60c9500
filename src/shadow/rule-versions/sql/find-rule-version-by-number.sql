-- Through the primary key.
SELECT rule_id, version, rule_hash, rule_name, rule_type, rule_config::text AS rule_config, created_at
FROM shadow.rule_versions
WHERE tenant_id = $1 AND rule_id = $2 AND version = $3
