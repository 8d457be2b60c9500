-- The newest, or the one of a size. Cosignatures follow the log's own line, in the order they came.
SELECT c.size, c.root_hash,
  c.note || COALESCE((SELECT string_agg(s.line || E'\n', '' ORDER BY s.created_at, s.key_name)
                      FROM audit.cosignatures s WHERE s.size = c.size), '') AS note
FROM audit.checkpoints c
WHERE $1::bigint IS NULL OR c.size = $1
ORDER BY c.size DESC
LIMIT 1
