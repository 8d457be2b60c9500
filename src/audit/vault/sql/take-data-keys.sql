-- A batch of a rotation, from where the last one ended: index data_keys_by_kek, without stepping over what it has moved.
-- Rows that another rotation or an erasure holds are left to a later pass.
SELECT tenant_id, subject, data_key_id, kek_id, wrapped_key
FROM audit.data_keys
WHERE kek_id = $1 AND (tenant_id, data_key_id) > ($2, $3::uuid) AND destroyed_at IS NULL
ORDER BY tenant_id, data_key_id
LIMIT $4
FOR UPDATE SKIP LOCKED;
