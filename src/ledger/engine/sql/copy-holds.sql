COPY credits.holds (tenant_id, hold_id, amount, state, expires_at, grant_ids, grant_amounts, created_at, ended_at)
FROM STDIN (FORMAT binary);
