UPDATE audit.data_keys k
SET kek_id = $1, wrapped_key = r.wrapped_key, rewrapped_at = now()
FROM unnest($2::text[], $3::uuid[], $4::bytea[]) AS r (tenant_id, data_key_id, wrapped_key)
WHERE k.tenant_id = r.tenant_id AND k.data_key_id = r.data_key_id;
