COPY credits.alerts (alert_id, tenant_id, threshold, available, created_at) FROM STDIN (FORMAT binary);
