UPDATE audit.data_keys k
SET wrapped_key = NULL, destroyed_at = now()
FROM unnest($1::text[], $2::uuid[]) AS erased (tenant_id, data_key_id)
WHERE k.tenant_id = erased.tenant_id AND k.data_key_id = erased.data_key_id AND k.destroyed_at IS NULL
RETURNING k.tenant_id, k.data_key_id;
