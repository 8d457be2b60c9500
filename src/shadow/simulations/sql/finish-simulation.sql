UPDATE shadow.simulations SET result = $2, finished_at = now() WHERE simulation_id = $1 AND finished_at IS NULL
