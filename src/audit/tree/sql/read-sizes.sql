SELECT h.size, (SELECT c.size FROM audit.checkpoints c ORDER BY c.size DESC LIMIT 1) AS published
FROM audit.head h
