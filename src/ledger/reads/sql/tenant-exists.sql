SELECT 1 FROM credits.accounts WHERE tenant_id = $1 AND version > 0
