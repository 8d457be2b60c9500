-- By primary key; a revoked key is as good as none.
SELECT key_id, key_sha256, name, scopes, tenant_id, requests_per_second
FROM assay.api_keys
WHERE key_id = $1 AND revoked_at IS NULL;
