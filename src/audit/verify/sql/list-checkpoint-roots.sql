SELECT size, root_hash FROM audit.checkpoints ORDER BY size
