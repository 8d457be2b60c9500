SELECT e.eval_id, e.rule_id, e.rule_hash, e.status,
  s.distinct_true_positives AS true_positives,
  s.distinct_true_positives + s.distinct_false_negatives AS attacks,
  s.distinct_true_negatives + s.distinct_false_positives AS benign,
  s.precision_lower, s.recall_lower, s.baseline_hash, s.better, s.versions_compared, s.attacks_log_e, s.benign_log_e,
  s.attacks_net_loss_upper, s.benign_net_loss_upper
FROM shadow.evaluations AS e
LEFT JOIN shadow.evaluation_evidence AS s USING (eval_id)
WHERE e.eval_id = $1 AND e.tenant_id = $2
