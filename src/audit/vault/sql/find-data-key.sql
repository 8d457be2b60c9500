SELECT tenant_id, subject, data_key_id, kek_id, wrapped_key
FROM audit.data_keys
WHERE tenant_id = $1 AND data_key_id = $2;
