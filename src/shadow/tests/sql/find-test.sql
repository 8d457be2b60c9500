SELECT t.test_id, t.tenant_id, t.name, t.min_sample_size, t.max_duration_s, t.probability_threshold, t.alpha,
  t.max_expected_loss, t.auto_rollback, t.rollback_on_error_rate, t.rollback_on_latency_p95_ms, t.prior_alpha,
  t.prior_beta, t.allocation, t.design_effect, t.status, t.decision, t.reason, t.looks, t.challenger_share,
  t.created_at, t.started_at, t.evaluated_at, t.finished_at,
  (SELECT json_agg(v ORDER BY v.arm) FROM shadow.ab_variants AS v WHERE v.test_id = t.test_id) AS variants
FROM shadow.ab_tests AS t
WHERE t.test_id = $1
