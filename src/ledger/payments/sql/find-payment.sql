SELECT payment_id, method, token_masked, token_sealed FROM credits.payments WHERE tenant_id = $1 AND transfer_id = $2;
