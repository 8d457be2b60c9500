-- Index data_keys_live.
SELECT tenant_id, subject, data_key_id, kek_id, wrapped_key
FROM audit.data_keys
WHERE tenant_id = $1 AND subject = $2 AND destroyed_at IS NULL;
