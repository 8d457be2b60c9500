-- For COPY, hence the :parameters. By the primary key, in order of id: a row that turns up late with a lower id comes with
-- the next batch.
SELECT id, tenant_id, event
FROM (
  SELECT id, tenant_id, event, sum(octet_length(event)) OVER (ORDER BY id) - octet_length(event) AS bytes_before
  FROM (SELECT id, tenant_id, event FROM audit.outbox WHERE true /* except */ ORDER BY id LIMIT :row_limit) AS oldest
) AS first
WHERE bytes_before < :byte_limit
ORDER BY id
