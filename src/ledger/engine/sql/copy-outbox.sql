COPY audit.outbox (event_id, tenant_id, event) FROM STDIN (FORMAT binary);
