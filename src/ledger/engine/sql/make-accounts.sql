-- A row to lock; the tenant is not known before its first transfer.
INSERT INTO credits.accounts (tenant_id)
SELECT tenant_id FROM unnest($1::text[]) AS new (tenant_id) ORDER BY tenant_id
    ON CONFLICT (tenant_id) DO NOTHING;
