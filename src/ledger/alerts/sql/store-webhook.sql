INSERT INTO credits.webhooks (tenant_id, webhook_id, url, secret_sealed)
VALUES ($1, $2, $3, $4)
ON CONFLICT (tenant_id) DO UPDATE
SET webhook_id = EXCLUDED.webhook_id, url = EXCLUDED.url, secret_sealed = EXCLUDED.secret_sealed, created_at = now()
