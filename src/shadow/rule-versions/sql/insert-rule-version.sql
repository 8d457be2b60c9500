-- The next version of the rule, unless the hash is there already. Finds the highest version through the primary key.
-- No row is returned when another transaction took the hash or the version first.
INSERT INTO shadow.rule_versions (tenant_id, rule_id, version, rule_hash, rule_name, rule_type, rule_config)
SELECT
  $1::text,
  $2::text,
  coalesce(
    (SELECT v.version FROM shadow.rule_versions v WHERE v.tenant_id = $1 AND v.rule_id = $2
     ORDER BY v.version DESC LIMIT 1),
    0
  ) + 1,
  $3::text,
  $4::text,
  $5::text,
  $6::json
ON CONFLICT DO NOTHING
RETURNING version
