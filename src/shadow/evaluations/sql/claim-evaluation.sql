UPDATE shadow.evaluations AS e
SET status = 'running', attempts = e.attempts + 1, done = 0, started_at = now(), touched_at = now()
FROM shadow.rule_versions AS r
WHERE e.eval_id = $1
  AND e.status IN ('queued', 'running')
  AND (r.tenant_id, r.rule_id, r.version) = (e.tenant_id, e.rule_id, e.rule_version)
RETURNING e.eval_id, e.tenant_id, e.rule_id, e.rule_hash, r.rule_config::text AS rule_config, e.selection_id,
  e.dataset_id, e.dataset_name, e.baseline_hash, e.baseline_config::text AS baseline_config, e.total, e.attempts
