SELECT c.size, c.root_hash, c.note,
  COALESCE((SELECT max(s.size) FROM audit.cosignatures s WHERE s.key_name = $1), 0) AS witnessed
FROM audit.checkpoints c
ORDER BY c.size DESC
LIMIT 1
