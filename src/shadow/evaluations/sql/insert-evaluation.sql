INSERT INTO shadow.evaluations
  (eval_id, tenant_id, rule_id, rule_version, rule_hash, selection_id, dataset_id, dataset_name, dataset_version,
   baseline_hash, baseline_config, total, lane)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
