SELECT webhook_id, url FROM credits.webhooks WHERE tenant_id = $1
