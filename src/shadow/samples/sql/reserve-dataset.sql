-- The row an upload needs before it can send its chunks; at version 0 nobody sees it. Committed on its own, so that
-- two first uploads of one dataset do not wait for each other.
INSERT INTO shadow.datasets (tenant_id, name) VALUES ($1, $2)
ON CONFLICT (tenant_id, name) DO NOTHING
