UPDATE shadow.evaluations
SET status = 'failed', error_code = $2, error_message = $3, touched_at = now(), finished_at = now()
WHERE eval_id = $1 AND status IN ('queued', 'running')
