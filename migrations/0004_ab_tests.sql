-- A/B tests of rules: the plan, its two variants, what was observed, and the running state of the statistics.

CREATE TABLE shadow.ab_tests (
  test_id       uuid PRIMARY KEY,
  tenant_id     text NOT NULL,
  name          text NOT NULL,
  -- The plan. It never changes: the application may not update these columns.
  min_sample_size bigint NOT NULL CHECK (min_sample_size > 0),       -- outcomes of each variant
  max_duration_s bigint NOT NULL CHECK (max_duration_s > 0),
  probability_threshold double precision NOT NULL CHECK (probability_threshold > 0.5 AND probability_threshold < 1),
  alpha         double precision NOT NULL CHECK (alpha > 0 AND alpha < 1),
  max_expected_loss double precision CHECK (max_expected_loss > 0),  -- NULL: not asked for
  auto_rollback boolean NOT NULL,
  rollback_on_error_rate double precision CHECK (rollback_on_error_rate > 0 AND rollback_on_error_rate < 1),
  rollback_on_latency_p95_ms double precision CHECK (rollback_on_latency_p95_ms > 0),
  prior_alpha   double precision NOT NULL CHECK (prior_alpha > 0),
  prior_beta    double precision NOT NULL CHECK (prior_beta > 0),
  allocation    text NOT NULL CHECK (allocation IN ('fixed', 'thompson')),
  design_effect double precision CHECK (design_effect > 0 AND design_effect < 1),
  challenger_rule_hash text,                -- of the stored version; NULL: it can conclude but not be deployed
  -- Where it stands.
  status        text NOT NULL DEFAULT 'draft'
                CHECK (status IN ('draft', 'running', 'completed', 'inconclusive', 'rolled_back')),
  decision      text NOT NULL DEFAULT 'continue'
                CHECK (decision IN ('continue', 'promote', 'keep', 'rollback', 'inconclusive')),
  reason        text NOT NULL DEFAULT 'not looked at yet',
  looks         integer NOT NULL DEFAULT 0,
  challenger_share double precision NOT NULL CHECK (challenger_share > 0 AND challenger_share < 1), -- of the next unit
  -- The numbers of the last look, which a promotion must be able to show.
  champion_trials bigint NOT NULL DEFAULT 0,
  challenger_trials bigint NOT NULL DEFAULT 0,
  probability_beat double precision,
  expected_loss double precision,
  log_e         double precision,
  split_p_value double precision,
  created_at    timestamptz NOT NULL DEFAULT now(),
  started_at    timestamptz,
  evaluated_at  timestamptz,
  observed_at   timestamptz,                -- of the last batch
  finished_at   timestamptz,
  UNIQUE (tenant_id, name),
  CHECK (CASE decision
           WHEN 'continue' THEN status IN ('draft', 'running')
           WHEN 'inconclusive' THEN status = 'inconclusive'
           WHEN 'rollback' THEN status = 'rolled_back'
           ELSE status = 'completed'
         END),
  -- Nothing is promoted without its evidence, whatever the code believes.
  CONSTRAINT promotion_has_evidence CHECK (
    decision <> 'promote'
    OR coalesce(
      log_e >= -ln(alpha)
      AND probability_beat >= probability_threshold
      AND (max_expected_loss IS NULL OR expected_loss <= max_expected_loss)
      AND champion_trials >= min_sample_size
      AND challenger_trials >= min_sample_size,
      false
    )
  ),
  -- What a deployment refers to: a test that was conclusive for exactly this rule.
  conclusive    boolean NOT NULL GENERATED ALWAYS AS (decision = 'promote') STORED,
  UNIQUE (test_id, challenger_rule_hash, conclusive)
);
GRANT SELECT, INSERT ON shadow.ab_tests TO assay_app;
GRANT UPDATE (status, decision, reason, looks, challenger_share, champion_trials, challenger_trials, probability_beat,
              expected_loss, log_e, split_p_value, started_at, evaluated_at, observed_at, finished_at)
  ON shadow.ab_tests TO assay_app;
-- The sweep looks at the running ones only.
CREATE INDEX ab_tests_running ON shadow.ab_tests (evaluated_at NULLS FIRST) WHERE status = 'running';

CREATE TABLE shadow.ab_variants (
  test_id       uuid NOT NULL REFERENCES shadow.ab_tests,
  arm           smallint NOT NULL CHECK (arm IN (0, 1)), -- 0: champion, 1: challenger
  variant_id    uuid NOT NULL UNIQUE,
  tenant_id     text NOT NULL,
  name          text NOT NULL,
  rule_id       text,
  rule_hash     text,                       -- NULL: no version of the rule is stored
  traffic_percentage double precision NOT NULL CHECK (traffic_percentage > 0 AND traffic_percentage < 100),
  PRIMARY KEY (test_id, arm),
  FOREIGN KEY (tenant_id, rule_id, rule_hash) REFERENCES shadow.rule_versions (tenant_id, rule_id, rule_hash)
);
GRANT SELECT, INSERT ON shadow.ab_variants TO assay_app;

-- The running state of the statistics (src/shadow/tests/test-state.ts): a batch costs what the batch is long. Its row
-- is also the lock under which batches are counted one after another.
CREATE TABLE shadow.ab_states (
  test_id       uuid PRIMARY KEY REFERENCES shadow.ab_tests,
  state         json NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON shadow.ab_states TO assay_app;

-- A unit is what was assigned: a user, a request. Thompson sampling writes a row when it assigns; the first outcome
-- writes one where there is none. That outcome is the one that counts in the test.
CREATE TABLE shadow.ab_units (
  test_id       uuid NOT NULL REFERENCES shadow.ab_tests,
  unit          text NOT NULL,
  assigned_arm  smallint,
  probability   double precision,           -- with which the assigned arm was drawn
  outcome_arm   smallint,                   -- NULL: none observed yet
  assigned_at   timestamptz,
  PRIMARY KEY (test_id, unit)
);
GRANT SELECT, INSERT ON shadow.ab_units TO assay_app;
GRANT UPDATE (outcome_arm) ON shadow.ab_units TO assay_app;

CREATE TABLE shadow.ab_observations (
  test_id       uuid NOT NULL REFERENCES shadow.ab_tests,
  observation_id text NOT NULL,
  arm           smallint NOT NULL,
  unit          text NOT NULL,
  success       boolean NOT NULL,
  error         boolean NOT NULL,
  latency_ms    double precision,
  at            timestamptz NOT NULL,
  PRIMARY KEY (test_id, observation_id)
);
GRANT SELECT, INSERT ON shadow.ab_observations TO assay_app;

-- Monte Carlo runs that were asked for; the row is the promise, the job a reminder.
CREATE TABLE shadow.simulations (
  simulation_id uuid PRIMARY KEY,
  tenant_id     text NOT NULL,
  request       json NOT NULL,
  result        json,                       -- NULL: not finished
  created_at    timestamptz NOT NULL DEFAULT now(),
  touched_at    timestamptz NOT NULL DEFAULT now(), -- last reminder; the poll leaves fresh rows alone
  finished_at   timestamptz
);
GRANT SELECT, INSERT ON shadow.simulations TO assay_app;
GRANT UPDATE (result, touched_at, finished_at) ON shadow.simulations TO assay_app;
CREATE INDEX simulations_unfinished ON shadow.simulations (touched_at) WHERE finished_at IS NULL;
