COPY credits.grants (tenant_id, grant_id, number, amount, available, held, leased, priority, expires_at, created_at, spendable)
FROM STDIN (FORMAT binary);
