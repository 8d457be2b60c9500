-- Divides by zero unless the head is where the batch begins and nobody else is moving it: then nothing of it is written.
WITH here AS (
  SELECT one FROM audit.head WHERE size = $1 AND chain_hash = $2 FOR UPDATE SKIP LOCKED
), moved AS (
  UPDATE audit.head AS h
  SET size = $3, chain_hash = $4, peaks = $5, sequenced_at = to_timestamp($6::numeric / 1000)
  FROM here WHERE h.one = here.one
  RETURNING h.one
)
SELECT 1 / count(*) FROM moved
