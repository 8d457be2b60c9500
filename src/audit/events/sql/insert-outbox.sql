INSERT INTO audit.outbox (event_id, tenant_id, event)
SELECT event_id, tenant_id, event
FROM unnest($1::uuid[], $2::text[], $3::bytea[]) WITH ORDINALITY AS given (event_id, tenant_id, event, position)
ORDER BY position
