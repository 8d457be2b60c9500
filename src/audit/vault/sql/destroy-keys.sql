UPDATE audit.data_keys
SET wrapped_key = NULL, destroyed_at = now()
WHERE tenant_id = $1 AND subject = $2 AND destroyed_at IS NULL
RETURNING data_key_id;
