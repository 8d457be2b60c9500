-- Unfinished ones without a sign of life for a while: their job was lost, or waits. Uses simulations_unfinished.
UPDATE shadow.simulations
SET touched_at = now()
WHERE simulation_id IN (
  SELECT simulation_id
  FROM shadow.simulations
  WHERE finished_at IS NULL AND touched_at < now() - $1 * interval '1 millisecond'
  ORDER BY touched_at
  LIMIT 200
  FOR UPDATE SKIP LOCKED
)
RETURNING simulation_id
