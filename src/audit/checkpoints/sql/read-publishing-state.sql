SELECT h.size, h.peaks, c.size AS last_size, c.root_hash AS last_root_hash
FROM audit.head h
LEFT JOIN LATERAL (SELECT size, root_hash FROM audit.checkpoints ORDER BY size DESC LIMIT 1) AS c ON true
