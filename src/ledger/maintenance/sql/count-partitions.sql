-- Partitions of each table, and how many of them begin after now. Reads the catalogue only; names end in their date.
SELECT
  parent.relname AS parent,
  count(*)::int AS partitions,
  count(*) FILTER (
    WHERE replace(substring(child.relname FROM '\d{4}_\d{2}(?:_\d{2})?$'), '_', '')
      > to_char(now() AT TIME ZONE 'UTC', CASE parent.relname WHEN 'transfers' THEN 'YYYYMM' ELSE 'YYYYMMDD' END)
  )::int AS ahead
FROM pg_inherits AS i
JOIN pg_class AS parent ON parent.oid = i.inhparent
JOIN pg_class AS child ON child.oid = i.inhrelid
WHERE parent.oid IN ('credits.transfers'::regclass, 'credits.idempotency_keys'::regclass)
  AND child.relname !~ '_default$'
GROUP BY parent.relname
