INSERT INTO audit.checkpoints (size, root_hash, note, spine) VALUES ($1, $2, $3, $4)
