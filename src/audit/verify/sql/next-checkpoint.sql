SELECT size, root_hash FROM audit.checkpoints WHERE size >= $1 AND size <= $2 ORDER BY size LIMIT 1
