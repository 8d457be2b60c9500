COPY credits.payments (tenant_id, transfer_id, payment_id, method, token_masked, token_sealed) FROM STDIN (FORMAT binary);
