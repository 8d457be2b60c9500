-- Labelled traffic, rules and their evaluations.

CREATE TABLE shadow.datasets (
  dataset_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id     text NOT NULL,              -- '*': shared with every tenant
  name          text NOT NULL,
  version       bigint NOT NULL DEFAULT 0,  -- grows by one with each upload that was committed
  sample_count  bigint NOT NULL DEFAULT 0,  -- also the next arrival ordinal
  attack_count  bigint NOT NULL DEFAULT 0,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON shadow.datasets TO assay_app;

-- One row per committed upload. The version and first ordinal are taken under the dataset's row lock at the end of
-- the upload, so a slow client holds no lock while it sends, and "the dataset at version V" is uploads 1…V for ever.
CREATE SEQUENCE shadow.upload_ids;
GRANT USAGE ON SEQUENCE shadow.upload_ids TO assay_app;

CREATE TABLE shadow.uploads (
  dataset_id    bigint NOT NULL REFERENCES shadow.datasets ON DELETE CASCADE,
  upload_id     bigint NOT NULL,
  version       bigint NOT NULL,
  first_ordinal bigint NOT NULL,
  sample_count  bigint NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (dataset_id, upload_id),
  UNIQUE (dataset_id, version)
);
GRANT SELECT, INSERT ON shadow.uploads TO assay_app;

-- Samples in batches of up to 16,384 (src/shadow/batch/layout.ts). `at` and `content_hash` repeat what SQL needs to
-- select by time and to find duplicates without unpacking `body`. A sample's arrival ordinal is
-- uploads.first_ordinal + first_index + its position in the batch.
CREATE TABLE shadow.sample_chunks (
  dataset_id    bigint NOT NULL,
  upload_id     bigint NOT NULL,
  first_index   bigint NOT NULL,
  sample_count  integer NOT NULL CHECK (sample_count > 0),
  attack_count  integer NOT NULL,
  min_at        bigint NOT NULL,            -- milliseconds since the epoch
  max_at        bigint NOT NULL,
  at            bigint[] NOT NULL,
  content_hash  bigint[] NOT NULL,          -- 64 bits over the request and its label
  body          bytea NOT NULL,
  PRIMARY KEY (dataset_id, upload_id, first_index),
  -- Deferred: chunks stream in before the upload knows its version.
  FOREIGN KEY (dataset_id, upload_id) REFERENCES shadow.uploads ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
);
GRANT SELECT, INSERT ON shadow.sample_chunks TO assay_app;
-- lz4 where the server has it. The embedded build has only pglz, whose speed would be that of every evaluation, so
-- there the bodies are stored as they are.
DO $$
BEGIN
  ALTER TABLE shadow.sample_chunks ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
  ALTER TABLE shadow.sample_chunks ALTER COLUMN body SET STORAGE EXTERNAL;
END
$$;

-- What a selection of a dataset version holds, worked out once for all evaluations on it.
CREATE TABLE shadow.selections (
  selection_id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  dataset_id    bigint NOT NULL REFERENCES shadow.datasets ON DELETE CASCADE,
  dataset_version bigint NOT NULL,
  window_from   bigint,                     -- milliseconds, inclusive; NULL: open
  window_to     bigint,                     -- milliseconds, exclusive; NULL: open
  sample_size   bigint CHECK (sample_size > 0),
  sample_count  bigint NOT NULL,
  cut_at        bigint,                     -- the oldest sample of the most recent `sample_size`; NULL: no cut
  cut_ordinal   bigint,
  repeats_known boolean NOT NULL DEFAULT false, -- whether selection_repeats has been filled
  created_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE NULLS NOT DISTINCT (dataset_id, dataset_version, window_from, window_to, sample_size)
);
GRANT SELECT, INSERT, UPDATE ON shadow.selections TO assay_app;

-- Bit i of `repeats` is set when sample i of the chunk repeats an earlier one of the selection, request and label
-- alike. Chunks without any have no row.
CREATE TABLE shadow.selection_repeats (
  selection_id  bigint NOT NULL REFERENCES shadow.selections ON DELETE CASCADE,
  upload_id     bigint NOT NULL,
  first_index   bigint NOT NULL,
  repeats       bytea NOT NULL,
  PRIMARY KEY (selection_id, upload_id, first_index)
);
GRANT SELECT, INSERT, DELETE ON shadow.selection_repeats TO assay_app;

-- Immutable versions of rules; the hash of the normal form identifies what runs. `json`, not `jsonb`: the canonical
-- text is kept to the byte, and patterns may hold U+0000.
CREATE TABLE shadow.rule_versions (
  tenant_id     text NOT NULL,
  rule_id       text NOT NULL,
  version       integer NOT NULL CHECK (version > 0),
  rule_hash     text NOT NULL CHECK (rule_hash ~ '^sha256:[0-9a-f]{64}$'),
  rule_name     text NOT NULL,
  rule_type     text NOT NULL,
  rule_config   json NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, rule_id, version),
  UNIQUE (tenant_id, rule_id, rule_hash)
);
GRANT SELECT, INSERT ON shadow.rule_versions TO assay_app;

CREATE TABLE shadow.evaluations (
  eval_id       uuid PRIMARY KEY,
  tenant_id     text NOT NULL,
  rule_id       text NOT NULL,
  rule_version  integer NOT NULL,
  rule_hash     text NOT NULL,
  selection_id  bigint REFERENCES shadow.selections ON DELETE SET NULL,
  dataset_id    bigint NOT NULL,            -- not a foreign key: the verdict outlives the traffic
  dataset_name  text NOT NULL,
  dataset_version bigint NOT NULL,
  baseline_hash text,
  baseline_config json,
  compared_versions integer,                -- the k of the paired test, once completed
  status        text NOT NULL DEFAULT 'queued'
                CHECK (status IN ('queued', 'running', 'completed', 'failed')),
  done          bigint NOT NULL DEFAULT 0,
  total         bigint NOT NULL,
  lane          text NOT NULL CHECK (lane IN ('small', 'bulk')),
  attempts      integer NOT NULL DEFAULT 0,
  result        json,
  error_code    text,                       -- 'cancelled', 'dataset_deleted', 'rule_too_slow', 'internal'
  error_message text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  started_at    timestamptz,
  touched_at    timestamptz NOT NULL DEFAULT now(), -- last sign of life; the poll leaves fresh rows alone
  finished_at   timestamptz,
  FOREIGN KEY (tenant_id, rule_id, rule_version) REFERENCES shadow.rule_versions
);
GRANT SELECT, INSERT, UPDATE ON shadow.evaluations TO assay_app;

-- The poll that re-enqueues what a lost queue forgot reads only unfinished rows.
CREATE INDEX evaluations_unfinished ON shadow.evaluations (created_at) WHERE status IN ('queued', 'running');
-- How many versions of a rule were already compared on a dataset (the k of the paired test).
CREATE INDEX evaluations_compared ON shadow.evaluations (tenant_id, rule_id, dataset_id)
  WHERE baseline_hash IS NOT NULL;
-- The 15-minute result cache.
CREATE INDEX evaluations_by_selection ON shadow.evaluations (selection_id, rule_hash, finished_at)
  WHERE status = 'completed';
