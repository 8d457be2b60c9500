-- As complete-evaluation.sql, with the result and the numbers of a finished evaluation of the same rules on the same
-- samples. The number of compared versions is part of the question, because the paired verdict depends on it. Uses
-- evaluations_by_selection.
WITH known AS (
  SELECT e.result, s.*
  FROM shadow.evaluations AS e
  JOIN shadow.evaluation_evidence AS s USING (eval_id)
  WHERE e.selection_id = $2
    AND e.rule_hash = $3
    AND e.baseline_hash IS NOT DISTINCT FROM $4
    AND e.compared_versions = $5
    AND e.status = 'completed'
    AND e.finished_at > now() - interval '15 minutes'
  ORDER BY e.finished_at DESC
  LIMIT 1
), completed AS (
  UPDATE shadow.evaluations AS e
  SET status = 'completed', result = known.result, compared_versions = $5, done = total, touched_at = now(),
    finished_at = now()
  FROM known
  WHERE e.eval_id = $1 AND e.status = 'running' AND e.rule_hash = known.rule_hash
  RETURNING e.eval_id, e.tenant_id, e.rule_id, e.rule_hash
)
INSERT INTO shadow.evaluation_evidence
  (eval_id, tenant_id, rule_id, rule_hash, versions_compared, true_positives, false_positives, true_negatives,
   false_negatives, distinct_true_positives, distinct_false_positives, distinct_true_negatives, distinct_false_negatives,
   baseline_hash, attacks_log_e, benign_log_e, attacks_net_loss_upper, benign_net_loss_upper)
SELECT c.eval_id, c.tenant_id, c.rule_id, c.rule_hash, k.versions_compared, k.true_positives, k.false_positives,
  k.true_negatives, k.false_negatives, k.distinct_true_positives, k.distinct_false_positives,
  k.distinct_true_negatives, k.distinct_false_negatives, k.baseline_hash, k.attacks_log_e, k.benign_log_e,
  k.attacks_net_loss_upper, k.benign_net_loss_upper
FROM completed AS c, known AS k
