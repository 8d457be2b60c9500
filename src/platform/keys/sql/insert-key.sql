INSERT INTO assay.api_keys (key_id, key_sha256, name, scopes, tenant_id, requests_per_second)
VALUES ($1, $2, $3, $4, $5, $6);
