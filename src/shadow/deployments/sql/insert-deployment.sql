-- The copy of an evaluation's numbers is what the gate's CHECKs read; a foreign key holds it to the original. Triggers
-- fill in what it replaces, and supersede that where this one is live at once.
INSERT INTO shadow.deployments
  (deployment_id, tenant_id, rule_id, rule_hash, strategy, actor, test_id, eval_id, override_id, required_samples,
   required_precision, required_recall, plan, canary_variant_id, baseline_variant_id, status, percentage, reason,
   distinct_samples, precision_lower, recall_lower, baseline_hash, better)
SELECT $1, $2, $3, $4, $5, $6, $7, given.eval_id, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
  e.distinct_samples, e.precision_lower, e.recall_lower, e.baseline_hash, e.better
FROM (SELECT $8::uuid AS eval_id) AS given
LEFT JOIN shadow.evaluation_evidence AS e ON e.eval_id = given.eval_id
RETURNING replaces_id, replaces_hash
