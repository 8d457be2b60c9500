-- Uploads, chunks and selections go with it (ON DELETE CASCADE); evaluations keep their results.
DELETE FROM shadow.datasets
WHERE tenant_id = $1 AND name = $2 AND version > 0
RETURNING sample_count::float8 AS sample_count
