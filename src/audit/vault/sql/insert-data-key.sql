INSERT INTO audit.data_keys (tenant_id, data_key_id, subject, kek_id, wrapped_key)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (tenant_id, subject) WHERE destroyed_at IS NULL DO NOTHING;
