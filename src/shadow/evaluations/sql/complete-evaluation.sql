-- The result, and in the same statement the numbers that a deployment may rest on: one is never without the other.
WITH completed AS (
  UPDATE shadow.evaluations
  SET status = 'completed', result = $2, compared_versions = $3, done = total, touched_at = now(), finished_at = now()
  WHERE eval_id = $1 AND status = 'running'
  RETURNING eval_id, tenant_id, rule_id, rule_hash
)
INSERT INTO shadow.evaluation_evidence
  (eval_id, tenant_id, rule_id, rule_hash, versions_compared, true_positives, false_positives, true_negatives,
   false_negatives, distinct_true_positives, distinct_false_positives, distinct_true_negatives, distinct_false_negatives,
   baseline_hash, attacks_log_e, benign_log_e, attacks_net_loss_upper, benign_net_loss_upper)
SELECT eval_id, tenant_id, rule_id, rule_hash, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
FROM completed
WHERE rule_hash = $17
