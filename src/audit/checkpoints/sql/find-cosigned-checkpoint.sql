SELECT c.size, c.root_hash, c.note || s.line || E'\n' AS note
FROM audit.cosignatures s JOIN audit.checkpoints c USING (size)
WHERE s.key_name = $1
ORDER BY s.size DESC
LIMIT 1
