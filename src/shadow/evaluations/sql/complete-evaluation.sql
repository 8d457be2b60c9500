UPDATE shadow.evaluations
SET status = 'completed', result = $2, compared_versions = $3, done = total, touched_at = now(), finished_at = now()
WHERE eval_id = $1 AND status = 'running'
