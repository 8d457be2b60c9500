SELECT 1 FROM credits.idempotency_keys WHERE tenant_id = $1 AND created_at = $2 AND key_sha256 = $3 AND body = $4;
