-- The tenant's own dataset hides a shared one of the same name. Version 0 is an upload that has not committed.
-- Reads datasets_tenant_id_name_key.
SELECT dataset_id::float8 AS dataset_id, tenant_id, name, version::float8 AS version,
  sample_count::float8 AS sample_count, attack_count::float8 AS attack_count
FROM shadow.datasets
WHERE tenant_id IN ($1, '*') AND name = $2 AND version > 0
ORDER BY tenant_id = '*'
LIMIT 1
