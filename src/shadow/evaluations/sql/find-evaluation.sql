SELECT eval_id, tenant_id, rule_id, rule_hash, dataset_name, dataset_version, status, done, total, attempts,
  result::text AS result, error_code, error_message, created_at, started_at, finished_at
FROM shadow.evaluations
WHERE eval_id = $1
