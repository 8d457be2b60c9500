SELECT key_id, name, scopes, tenant_id, requests_per_second, created_at, revoked_at
FROM assay.api_keys
ORDER BY created_at, key_id;
