SELECT eval_id, status, done, total, attempts
FROM shadow.evaluations
WHERE eval_id = ANY ($1::uuid[])
