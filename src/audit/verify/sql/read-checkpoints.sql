SELECT size, root_hash, note, spine FROM audit.checkpoints WHERE size > $1 AND size <= $2 ORDER BY size
