SELECT dataset_id::float8 AS dataset_id, nextval('shadow.upload_ids')::float8 AS upload_id
FROM shadow.datasets
WHERE tenant_id = $1 AND name = $2
