-- Nothing is inserted, and no row returned, when the tenant has a test of this name.
INSERT INTO shadow.ab_tests
  (test_id, tenant_id, name, min_sample_size, max_duration_s, probability_threshold, alpha, max_expected_loss,
   auto_rollback, rollback_on_error_rate, rollback_on_latency_p95_ms, prior_alpha, prior_beta, allocation,
   design_effect, challenger_rule_hash, challenger_share, status, started_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
        CASE WHEN $18 THEN 'running' ELSE 'draft' END, CASE WHEN $18 THEN now() END)
ON CONFLICT (tenant_id, name) DO NOTHING
RETURNING test_id
