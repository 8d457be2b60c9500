COPY credits.idempotency_keys (tenant_id, key_sha256, request_sha256, status, body, created_at) FROM STDIN (FORMAT binary);
