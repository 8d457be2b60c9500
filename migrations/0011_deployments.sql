-- The deployment gate: what a deployment rests on, and who may write it. docs/explanation/deployments.md says why.

-- Who writes evidence (outcomes, verdicts, results of evaluations) and deployments. The application does not: a statement
-- of its own, an injected one included, can neither make a rule look good nor turn it on. It has what the application
-- has besides, so that workers need one kind of connection. Roles belong to the cluster.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_judge') THEN
    CREATE ROLE assay_judge NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster was migrated at the same moment
END
$$;
DO $$
BEGIN
  IF NOT pg_has_role(CURRENT_USER, 'assay_judge',
                     CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    GRANT assay_judge TO CURRENT_USER;
  END IF;
  IF NOT pg_has_role('assay_judge', 'assay_app', 'USAGE') THEN
    GRANT assay_app TO assay_judge;
  END IF;
END
$$;

-- A hash names what it is the hash of: nobody can have one rule evaluated and another one deployed under its name.
ALTER TABLE shadow.rule_versions
  ADD CONSTRAINT hash_of_config
    CHECK (rule_hash = 'sha256:' || encode(sha256(convert_to(rule_config::text, 'UTF8')), 'hex')),
  ADD CONSTRAINT rule_versions_by_hash UNIQUE (tenant_id, rule_id, version, rule_hash);
ALTER TABLE shadow.evaluations
  ADD CONSTRAINT hash_of_baseline
    CHECK (baseline_hash IS NULL
           OR baseline_hash = 'sha256:' || encode(sha256(convert_to(baseline_config::text, 'UTF8')), 'hex')),
  ADD CONSTRAINT hash_of_version FOREIGN KEY (tenant_id, rule_id, rule_version, rule_hash)
    REFERENCES shadow.rule_versions (tenant_id, rule_id, version, rule_hash);

-- What was asked for stays as it was asked; only who evaluates writes a result.
REVOKE UPDATE ON shadow.evaluations FROM assay_app;
GRANT UPDATE (status, done, attempts, error_code, error_message, started_at, touched_at, finished_at)
  ON shadow.evaluations TO assay_app;
GRANT UPDATE (result, compared_versions) ON shadow.evaluations TO assay_judge;

-- The lower end of Wilson's 95 % interval of a proportion; src/stats/wilson.ts, to the bit. 0 without trials.
CREATE FUNCTION shadow.wilson_lower(successes bigint, trials bigint) RETURNS double precision
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN CASE WHEN successes = 0 THEN 0::double precision
    ELSE (successes + 1.959963984540054::double precision * 1.959963984540054::double precision / 2
          - 1.959963984540054::double precision
            * sqrt(successes::double precision * (trials - successes) / trials
                   + 1.959963984540054::double precision * 1.959963984540054::double precision / 4))
         / (trials + 1.959963984540054::double precision * 1.959963984540054::double precision)
    END;

-- What an evaluation showed, in the numbers that a deployment may rest on: a row when it completes, never changed. An
-- evaluation without one (running, failed, cancelled, or from before this table) is not conclusive.
CREATE TABLE shadow.evaluation_evidence (
  eval_id       uuid PRIMARY KEY REFERENCES shadow.evaluations,
  tenant_id     text NOT NULL,
  rule_id       text NOT NULL,
  rule_hash     text NOT NULL,
  true_positives bigint NOT NULL CHECK (true_positives >= 0),
  false_positives bigint NOT NULL CHECK (false_positives >= 0),
  true_negatives bigint NOT NULL CHECK (true_negatives >= 0),
  false_negatives bigint NOT NULL CHECK (false_negatives >= 0),
  -- The same with each distinct request counted once.
  distinct_true_positives bigint NOT NULL CHECK (distinct_true_positives BETWEEN 0 AND true_positives),
  distinct_false_positives bigint NOT NULL CHECK (distinct_false_positives BETWEEN 0 AND false_positives),
  distinct_true_negatives bigint NOT NULL CHECK (distinct_true_negatives BETWEEN 0 AND true_negatives),
  distinct_false_negatives bigint NOT NULL CHECK (distinct_false_negatives BETWEEN 0 AND false_negatives),
  -- The comparison with a baseline, on distinct requests; '' and the numbers that show nothing without one. A foreign
  -- key with a NULL in it would check nothing.
  baseline_hash text NOT NULL,
  versions_compared integer NOT NULL CHECK (versions_compared >= 1), -- the k of the paired test
  attacks_log_e double precision NOT NULL,
  benign_log_e  double precision NOT NULL,
  attacks_net_loss_upper double precision NOT NULL,
  benign_net_loss_upper double precision NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  distinct_samples bigint NOT NULL GENERATED ALWAYS AS
    (distinct_true_positives + distinct_false_positives + distinct_true_negatives + distinct_false_negatives) STORED,
  -- The worse of two: repeats make an interval look narrower than it is, and leaving them out hides a mistake that is
  -- made over and over.
  precision_lower double precision NOT NULL GENERATED ALWAYS AS
    (least(shadow.wilson_lower(true_positives, true_positives + false_positives),
           shadow.wilson_lower(distinct_true_positives, distinct_true_positives + distinct_false_positives))) STORED,
  recall_lower  double precision NOT NULL GENERATED ALWAYS AS
    (least(shadow.wilson_lower(true_positives, true_positives + false_negatives),
           shadow.wilson_lower(distinct_true_positives, distinct_true_positives + distinct_false_negatives))) STORED,
  -- src/stats/paired-comparison.ts: k/α on one label with α = 0.05, and no net loss beyond 0.5 points on the other.
  better        boolean NOT NULL GENERATED ALWAYS AS
    (baseline_hash <> '' AND (
      (attacks_log_e >= ln(versions_compared / 0.05::double precision) AND benign_net_loss_upper <= 0.005)
      OR (benign_log_e >= ln(versions_compared / 0.05::double precision) AND attacks_net_loss_upper <= 0.005))) STORED,
  -- Whatever is asked of precision and recall: enough requests of each label, and one attack that was caught.
  conclusive    boolean NOT NULL GENERATED ALWAYS AS
    (distinct_true_positives > 0
     AND distinct_true_positives + distinct_false_negatives >= 100
     AND distinct_true_negatives + distinct_false_positives >= 100
     AND distinct_true_positives + distinct_false_positives + distinct_true_negatives + distinct_false_negatives
         >= 1000) STORED,
  -- What a deployment refers to: it carries a copy of all these, and its own CHECKs read the copy.
  CONSTRAINT evaluation_evidence_shown UNIQUE (eval_id, tenant_id, rule_id, rule_hash, conclusive, distinct_samples,
                                               precision_lower, recall_lower, baseline_hash, better)
);
GRANT SELECT ON shadow.evaluation_evidence TO assay_app;
GRANT INSERT ON shadow.evaluation_evidence TO assay_judge;

-- Outcomes and verdicts of A/B tests: from now on the judge's alone. The application starts a test's clock and stores
-- whom it assigned.
REVOKE INSERT ON shadow.ab_tests, shadow.ab_variants, shadow.ab_states, shadow.ab_units, shadow.ab_observations
  FROM assay_app;
REVOKE UPDATE ON shadow.ab_states FROM assay_app;
REVOKE UPDATE (status, decision, reason, looks, challenger_share, champion_trials, challenger_trials, probability_beat,
               expected_loss, log_e, split_p_value, started_at, evaluated_at, observed_at, finished_at)
  ON shadow.ab_tests FROM assay_app;
REVOKE UPDATE (outcome_arm) ON shadow.ab_units FROM assay_app;
GRANT UPDATE (status, started_at) ON shadow.ab_tests TO assay_app;
GRANT INSERT (test_id, unit, assigned_arm, probability, assigned_at) ON shadow.ab_units TO assay_app;
GRANT INSERT ON shadow.ab_tests, shadow.ab_variants, shadow.ab_states, shadow.ab_units, shadow.ab_observations
  TO assay_judge;
GRANT UPDATE ON shadow.ab_states TO assay_judge;
GRANT UPDATE (status, decision, reason, looks, challenger_share, champion_trials, challenger_trials, probability_beat,
              expected_loss, log_e, split_p_value, started_at, evaluated_at, observed_at, finished_at)
  ON shadow.ab_tests TO assay_judge;
GRANT UPDATE (outcome_arm) ON shadow.ab_units TO assay_judge;

-- A test that was told to be wrong more often than once in ten may conclude, and shows too little to deploy.
ALTER TABLE shadow.ab_tests DROP COLUMN conclusive;
ALTER TABLE shadow.ab_tests
  ADD COLUMN conclusive boolean NOT NULL
    GENERATED ALWAYS AS (decision = 'promote' AND alpha <= 0.1::double precision) STORED,
  ADD CONSTRAINT ab_tests_shown UNIQUE (test_id, challenger_rule_hash, conclusive);
ALTER TABLE shadow.ab_variants
  ADD CONSTRAINT ab_variants_shown UNIQUE (test_id, arm, tenant_id, rule_id, rule_hash);

CREATE FUNCTION shadow.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION 'what %.% says is final', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;
-- A test that has ended is evidence, and stays what it was.
CREATE TRIGGER finished_stays BEFORE UPDATE ON shadow.ab_tests
  FOR EACH ROW WHEN (OLD.finished_at IS NOT NULL) EXECUTE FUNCTION shadow.refuse_change();

-- Said by an administrator: this rule goes live without a test. Once; a second deployment takes a second override.
CREATE TABLE shadow.deployment_overrides (
  override_id   uuid PRIMARY KEY,
  tenant_id     text NOT NULL,
  rule_id       text NOT NULL,
  rule_hash     text NOT NULL,
  reason        text NOT NULL CHECK (btrim(reason) <> ''),
  actor         text NOT NULL CHECK (actor <> ''),   -- id of the key with `admin`
  created_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT deployment_overrides_shown UNIQUE (override_id, tenant_id, rule_id, rule_hash)
);
GRANT SELECT ON shadow.deployment_overrides TO assay_app;
GRANT INSERT ON shadow.deployment_overrides TO assay_judge;

CREATE TABLE shadow.deployments (
  deployment_id uuid PRIMARY KEY,
  tenant_id     text NOT NULL,
  rule_id       text NOT NULL,
  rule_hash     text NOT NULL,
  strategy      text NOT NULL CHECK (strategy IN ('canary', 'immediate')),
  actor         text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),

  -- The gate. One of the three, of this very rule, and conclusive.
  test_id       uuid,
  eval_id       uuid,
  override_id   uuid UNIQUE,
  CONSTRAINT exactly_one_evidence CHECK (num_nonnulls(test_id, eval_id, override_id) = 1),
  conclusive    boolean NOT NULL DEFAULT true CHECK (conclusive),
  arm           smallint NOT NULL DEFAULT 1 CHECK (arm = 1), -- of the test: the challenger
  CONSTRAINT test_is_conclusive FOREIGN KEY (test_id, rule_hash, conclusive)
    REFERENCES shadow.ab_tests (test_id, challenger_rule_hash, conclusive),
  CONSTRAINT test_is_of_the_rule FOREIGN KEY (test_id, arm, tenant_id, rule_id, rule_hash)
    REFERENCES shadow.ab_variants (test_id, arm, tenant_id, rule_id, rule_hash),
  distinct_samples bigint,
  precision_lower double precision,
  recall_lower  double precision,
  baseline_hash text,
  better        boolean,
  CONSTRAINT evaluation_is_copied_whole CHECK (
    num_nulls(eval_id, distinct_samples, precision_lower, recall_lower, baseline_hash, better) IN (0, 6)),
  CONSTRAINT evaluation_is_conclusive FOREIGN KEY (eval_id, tenant_id, rule_id, rule_hash, conclusive, distinct_samples,
                                                   precision_lower, recall_lower, baseline_hash, better)
    REFERENCES shadow.evaluation_evidence (eval_id, tenant_id, rule_id, rule_hash, conclusive, distinct_samples,
                                           precision_lower, recall_lower, baseline_hash, better),
  CONSTRAINT override_is_of_the_rule FOREIGN KEY (override_id, tenant_id, rule_id, rule_hash)
    REFERENCES shadow.deployment_overrides (override_id, tenant_id, rule_id, rule_hash),
  -- What was asked of an evaluation. Who asks for less says so here and in the audit log; a rule of whose matches
  -- half may be false alarms is not let live whatever is asked.
  required_samples bigint CHECK (required_samples >= 1000),
  required_precision double precision CHECK (required_precision BETWEEN 0.5 AND 1),
  required_recall double precision CHECK (required_recall BETWEEN 0 AND 1),
  CONSTRAINT evaluation_reaches_what_is_required CHECK (
    eval_id IS NULL
    OR coalesce(distinct_samples >= required_samples AND precision_lower >= required_precision
                AND recall_lower >= required_recall, false)),
  -- The deployment that was active when this one was made: a trigger fills it in, nobody claims it.
  replaces_id   uuid,
  replaces_hash text,
  CONSTRAINT evaluation_is_better_than_the_active_rule CHECK (
    eval_id IS NULL OR replaces_hash IS NULL OR (baseline_hash = replaces_hash AND better)),

  plan          json,                       -- the canary's; NULL: immediate
  canary_variant_id uuid NOT NULL UNIQUE,
  baseline_variant_id uuid NOT NULL UNIQUE,

  -- Where it stands.
  status        text NOT NULL CHECK (status IN ('canary', 'active', 'superseded', 'rolled_back')),
  stage         smallint NOT NULL DEFAULT 0 CHECK (stage >= 0),
  percentage    smallint NOT NULL CHECK (percentage BETWEEN 0 AND 100), -- of requests that get this rule
  reason        text NOT NULL,              -- for which it stands there, in words
  stage_started_at timestamptz NOT NULL DEFAULT now(),
  checked_at    timestamptz,
  finished_at   timestamptz,                -- superseded or rolled back
  CHECK ((strategy = 'canary') = (plan IS NOT NULL)),
  CHECK (status <> 'canary' OR strategy = 'canary'),
  CHECK (CASE status WHEN 'canary' THEN percentage > 0 WHEN 'active' THEN percentage = 100 ELSE percentage = 0 END),
  CHECK ((finished_at IS NOT NULL) = (status IN ('superseded', 'rolled_back'))),
  UNIQUE (deployment_id, tenant_id, rule_id, rule_hash),
  FOREIGN KEY (tenant_id, rule_id, rule_hash) REFERENCES shadow.rule_versions (tenant_id, rule_id, rule_hash),
  FOREIGN KEY (replaces_id, tenant_id, rule_id, replaces_hash)
    REFERENCES shadow.deployments (deployment_id, tenant_id, rule_id, rule_hash)
);
-- One rollout at a time, and one rule that is live, whoever races.
CREATE UNIQUE INDEX deployments_canary ON shadow.deployments (tenant_id, rule_id) WHERE status = 'canary';
CREATE UNIQUE INDEX deployments_active ON shadow.deployments (tenant_id, rule_id) WHERE status = 'active';
-- Newest first: the ids are ordered by time.
CREATE INDEX deployments_by_tenant ON shadow.deployments (tenant_id, deployment_id);
CREATE INDEX deployments_by_rule ON shadow.deployments (tenant_id, rule_id, deployment_id);
-- The health check looks at these, and the count of what is live without a test at those.
CREATE INDEX deployments_watched ON shadow.deployments (checked_at NULLS FIRST) WHERE status = 'canary';
CREATE INDEX deployments_untested ON shadow.deployments (deployment_id)
  WHERE override_id IS NOT NULL AND status IN ('canary', 'active');
GRANT SELECT ON shadow.deployments TO assay_app;
GRANT INSERT ON shadow.deployments TO assay_judge;
GRANT UPDATE (status, stage, percentage, reason, stage_started_at, checked_at, finished_at)
  ON shadow.deployments TO assay_judge;

-- What a deployment replaces is what is active when it is made; a trigger says so, nobody claims it. Writers of one rule
-- take turns by an advisory lock (src/shadow/deployments/sql/lock-rule.sql), taken here for whoever does without the code.
CREATE FUNCTION shadow.note_replaced() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(1095976016, hashtext(NEW.tenant_id || chr(10) || NEW.rule_id));
  NEW.replaces_id := NULL;
  NEW.replaces_hash := NULL;
  SELECT deployment_id, rule_hash INTO NEW.replaces_id, NEW.replaces_hash
  FROM shadow.deployments
  WHERE tenant_id = NEW.tenant_id AND rule_id = NEW.rule_id AND status = 'active';
  RETURN NEW;
END
$$;
CREATE TRIGGER note_replaced BEFORE INSERT ON shadow.deployments
  FOR EACH ROW EXECUTE FUNCTION shadow.note_replaced();

-- Whatever becomes active takes the place of what it was made to replace, in the same statement. Of any other that is
-- active deployments_active makes an error.
CREATE FUNCTION shadow.supersede_replaced() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE shadow.deployments
  SET status = 'superseded', percentage = 0, finished_at = now(), reason = 'superseded by ' || NEW.deployment_id
  WHERE deployment_id = NEW.replaces_id AND status = 'active';
  RETURN NEW;
END
$$;
-- Triggers of one event run in the order of their names: this one after note_replaced.
CREATE TRIGGER supersede_by_deploying BEFORE INSERT ON shadow.deployments
  FOR EACH ROW WHEN (NEW.status = 'active') EXECUTE FUNCTION shadow.supersede_replaced();
CREATE TRIGGER supersede_by_completing BEFORE UPDATE ON shadow.deployments
  FOR EACH ROW WHEN (OLD.status = 'canary' AND NEW.status = 'active') EXECUTE FUNCTION shadow.supersede_replaced();

-- A deployment only goes where one may go: what was rolled back stays so, and only what was active comes back.
CREATE TRIGGER rolled_back_stays BEFORE UPDATE ON shadow.deployments
  FOR EACH ROW WHEN (OLD.status = 'rolled_back') EXECUTE FUNCTION shadow.refuse_change();
CREATE TRIGGER rollout_goes_on BEFORE UPDATE ON shadow.deployments
  FOR EACH ROW WHEN (
    (OLD.status <> 'canary' AND NEW.status = 'canary')
    OR (OLD.status = 'canary' AND NEW.status = 'superseded')
    OR (OLD.status = 'superseded' AND NEW.status <> 'active')
    OR (NEW.status = 'canary' AND NEW.stage < OLD.stage))
  EXECUTE FUNCTION shadow.refuse_change();

-- What happened to it, in order.
CREATE TABLE shadow.deployment_events (
  deployment_id uuid NOT NULL REFERENCES shadow.deployments,
  event_no      integer NOT NULL,
  kind          text NOT NULL
                CHECK (kind IN ('deployed', 'advanced', 'completed', 'superseded', 'reinstated', 'rolled_back')),
  from_percentage smallint NOT NULL,
  to_percentage smallint NOT NULL,
  reason        text NOT NULL,
  health        json,                       -- the numbers it was decided on; NULL: not decided by health
  actor         text NOT NULL,
  at            timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (deployment_id, event_no)
);
GRANT SELECT ON shadow.deployment_events TO assay_app;
GRANT INSERT ON shadow.deployment_events TO assay_judge;

-- The running state of a canary's health (src/shadow/canaries/canary-state.ts); its row is the lock of its batches.
CREATE TABLE shadow.canary_states (
  deployment_id uuid PRIMARY KEY REFERENCES shadow.deployments,
  state         json NOT NULL
);
CREATE TABLE shadow.canary_observations (
  deployment_id uuid NOT NULL REFERENCES shadow.deployments,
  observation_id text NOT NULL,
  arm           smallint NOT NULL CHECK (arm IN (0, 1)), -- 0: baseline, 1: canary
  error         boolean NOT NULL,
  latency_ms    double precision,
  at            timestamptz NOT NULL,
  PRIMARY KEY (deployment_id, observation_id)
);
GRANT SELECT ON shadow.canary_states, shadow.canary_observations TO assay_app;
GRANT INSERT ON shadow.canary_states, shadow.canary_observations TO assay_judge;
GRANT UPDATE ON shadow.canary_states TO assay_judge;
