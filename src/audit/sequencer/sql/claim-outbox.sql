-- For COPY, hence the :parameters. In order of id: a row that turns up late with a lower id comes with the next batch. The
-- array makes it 5,000 probes of the primary key, whatever the planner believes of a table that is always changing.
DELETE FROM audit.outbox
WHERE id = ANY (ARRAY(
  SELECT first.id
  FROM (
    SELECT o.id, sum(octet_length(o.event)) OVER (ORDER BY o.id) - octet_length(o.event) AS bytes_before
    FROM (SELECT id, event FROM audit.outbox ORDER BY id LIMIT :row_limit) AS o
  ) AS first
  WHERE first.bytes_before < :byte_limit
))
RETURNING id, tenant_id, event
