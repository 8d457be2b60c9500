DELETE FROM credits.webhooks WHERE tenant_id = $1
