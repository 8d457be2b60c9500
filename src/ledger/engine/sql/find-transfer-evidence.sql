SELECT 1 FROM credits.transfers WHERE tenant_id = $1 AND recorded_at = $2 AND number = $3 AND transfer_id = $4;
