DROP TABLE shadow.canary_observations, shadow.canary_states, shadow.deployment_events, shadow.deployments,
  shadow.deployment_overrides, shadow.evaluation_evidence;
DROP FUNCTION shadow.note_replaced, shadow.supersede_replaced, shadow.wilson_lower;

DROP TRIGGER finished_stays ON shadow.ab_tests;
DROP FUNCTION shadow.refuse_change;
ALTER TABLE shadow.ab_variants DROP CONSTRAINT ab_variants_shown;
ALTER TABLE shadow.ab_tests DROP COLUMN conclusive;
ALTER TABLE shadow.ab_tests
  ADD COLUMN conclusive boolean NOT NULL GENERATED ALWAYS AS (decision = 'promote') STORED,
  ADD UNIQUE (test_id, challenger_rule_hash, conclusive);

ALTER TABLE shadow.evaluations
  DROP CONSTRAINT hash_of_baseline,
  DROP CONSTRAINT hash_of_version;
ALTER TABLE shadow.rule_versions
  DROP CONSTRAINT hash_of_config,
  DROP CONSTRAINT rule_versions_by_hash;

-- The application writes what the judge wrote. The role stays: it belongs to the cluster.
REVOKE ALL ON shadow.evaluations, shadow.ab_tests, shadow.ab_variants, shadow.ab_states, shadow.ab_units,
  shadow.ab_observations FROM assay_judge, assay_app;
GRANT SELECT, INSERT, UPDATE ON shadow.evaluations, shadow.ab_states TO assay_app;
GRANT SELECT, INSERT ON shadow.ab_tests, shadow.ab_variants, shadow.ab_units, shadow.ab_observations TO assay_app;
GRANT UPDATE (status, decision, reason, looks, challenger_share, champion_trials, challenger_trials, probability_beat,
              expected_loss, log_e, split_p_value, started_at, evaluated_at, observed_at, finished_at)
  ON shadow.ab_tests TO assay_app;
GRANT UPDATE (outcome_arm) ON shadow.ab_units TO assay_app;
