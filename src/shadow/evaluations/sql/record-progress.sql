UPDATE shadow.evaluations
SET done = $2, touched_at = now()
WHERE eval_id = $1 AND status = 'running'
