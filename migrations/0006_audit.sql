-- The tamper-evident audit log: outbox, entries, tree, checkpoints. docs/explanation/audit-log.md says why.

-- Who sequences and who makes and detaches months; the application is neither. Roles belong to the cluster.
DO $$
DECLARE
  new_role text;
BEGIN
  FOREACH new_role IN ARRAY ARRAY['assay_sequencer', 'assay_keeper'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = new_role) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', new_role);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL; -- another database of the cluster was migrated at the same moment
    END;
    IF NOT pg_has_role(CURRENT_USER, new_role,
                       CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
      EXECUTE format('GRANT %I TO CURRENT_USER', new_role);
    END IF;
  END LOOP;
END
$$;
GRANT USAGE ON SCHEMA audit TO assay_sequencer, assay_keeper;

-- What has happened and is not yet in the log; written in the transaction that made it happen. Within a tenant, order of
-- ids is order of events, since whoever writes holds the tenant's row lock. The sequencer empties it, so it is a queue:
-- vacuumed as soon as a few batches went through it, and never truncated, which would lock writers out.
CREATE TABLE audit.outbox (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id  uuid NOT NULL,
  tenant_id text NOT NULL,            -- '*': no tenant's own, such as a key for all of them
  event     bytea NOT NULL            -- canonical bytes (docs/reference/audit-log.md)
            CHECK (octet_length(event) <= 1048576) -- a batch is held in memory; a spend burning 1,000 grants is 80 kB
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
        autovacuum_vacuum_insert_threshold = -1, vacuum_truncate = false);
GRANT SELECT, INSERT ON audit.outbox TO assay_app;
GRANT SELECT, DELETE ON audit.outbox TO assay_sequencer;

-- The log. Everything beside `leaf` repeats or follows from what the leaf says; verification compares them.
CREATE TABLE audit.entries (
  seq          bigint NOT NULL,       -- 0, 1, 2, …: the RFC 6962 leaf index
  sequenced_at timestamptz NOT NULL,  -- never before the entry before
  tenant_seq   bigint NOT NULL,       -- 0, 1, 2, … within the tenant
  tenant_id    text COLLATE "C" NOT NULL,
  leaf_hash    bytea NOT NULL,
  chain_hash   bytea NOT NULL,
  leaf         bytea NOT NULL,
  PRIMARY KEY (seq, sequenced_at)
) PARTITION BY RANGE (sequenced_at);
ALTER TABLE audit.entries ALTER COLUMN leaf SET STORAGE EXTERNAL;
CREATE INDEX entries_by_tenant ON audit.entries (tenant_id, seq);
-- Takes what no month was made for; making the month later moves the rows. A forgotten keeper must not stop evidence.
CREATE TABLE audit.entries_default PARTITION OF audit.entries DEFAULT;
GRANT SELECT ON audit.entries TO assay_app;
GRANT SELECT, INSERT ON audit.entries TO assay_sequencer;

-- Tree nodes as they were made: a row a level and batch, so that 5,000 entries cost 13 rows and one costs about two, and
-- nothing is ever rewritten. Node (level, index) lies in the row with the greatest first_index up to it; EXTERNAL lets
-- substring() read its 32 bytes alone.
CREATE TABLE audit.nodes (
  level       smallint NOT NULL,      -- 0: leaf hashes
  first_index bigint NOT NULL,
  node_count  integer NOT NULL CHECK (node_count > 0),
  hashes      bytea NOT NULL,
  PRIMARY KEY (level, first_index),
  CHECK (octet_length(hashes) = 32 * node_count)
);
ALTER TABLE audit.nodes ALTER COLUMN hashes SET STORAGE EXTERNAL;
GRANT SELECT ON audit.nodes TO assay_app;
GRANT SELECT, INSERT ON audit.nodes TO assay_sequencer;

-- The state from which the next batch goes on. Its row lock makes the sequencer one.
CREATE TABLE audit.head (
  one          boolean PRIMARY KEY DEFAULT true CHECK (one),
  size         bigint NOT NULL,
  chain_hash   bytea NOT NULL,
  peaks        bytea NOT NULL,        -- roots of the complete subtrees of `size` leaves, largest first
  sequenced_at timestamptz NOT NULL
);
INSERT INTO audit.head (size, chain_hash, peaks, sequenced_at)
VALUES (0, decode(repeat('00', 32), 'hex'), '', 'epoch');
GRANT SELECT ON audit.head TO assay_app;
GRANT SELECT, UPDATE ON audit.head TO assay_sequencer;

-- Every checkpoint that was ever signed, and the witnesses' lines for it.
CREATE TABLE audit.checkpoints (
  size         bigint PRIMARY KEY,
  root_hash    bytea NOT NULL,
  note         text NOT NULL,         -- signed note, without cosignatures
  spine        bytea NOT NULL,        -- root of the last k peaks for k = all, …, 1: what spares a proof most peaks
  created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit.cosignatures (
  size         bigint NOT NULL REFERENCES audit.checkpoints,
  key_name     text NOT NULL,
  line         text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (size, key_name)
);
-- Public halves in note form, as the sequencer that uses them wrote them down. A verifier pins what it got elsewhere.
CREATE TABLE audit.verifier_keys (
  verifier_key text PRIMARY KEY,
  role         text NOT NULL CHECK (role IN ('log', 'witness')),
  created_at   timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON audit.checkpoints, audit.cosignatures, audit.verifier_keys TO assay_app;
GRANT SELECT, INSERT ON audit.checkpoints, audit.cosignatures, audit.verifier_keys TO assay_sequencer;

-- What detached months leave behind: where the log goes on, and each tenant's last entry in them.
CREATE TABLE audit.retired_months (
  month        date PRIMARY KEY,
  first_seq    bigint NOT NULL,
  last_seq     bigint NOT NULL,
  chain_hash   bytea NOT NULL,        -- of last_seq
  export_sha256 bytea NOT NULL CHECK (octet_length(export_sha256) = 32),
  detached_at  timestamptz NOT NULL DEFAULT now(),
  dropped_at   timestamptz
);
CREATE TABLE audit.tenant_heads (
  tenant_id    text COLLATE "C" PRIMARY KEY,
  tenant_seq   bigint NOT NULL,
  leaf_hash    bytea NOT NULL
);
GRANT SELECT ON audit.retired_months, audit.tenant_heads TO assay_app, assay_sequencer, assay_keeper;
GRANT SELECT ON audit.entries, audit.nodes, audit.head, audit.checkpoints, audit.cosignatures TO assay_keeper;

-- The keeper defines no tables itself: it calls these, which run with the rights of whoever migrates.

CREATE FUNCTION audit.month_table(month date) RETURNS text LANGUAGE sql IMMUTABLE
  SET search_path = pg_catalog, pg_temp
  RETURN 'entries_' || to_char(month, 'YYYY_MM');

-- Makes the partition of a month (of UTC) and moves into it what already lies in the default one.
CREATE FUNCTION audit.make_month(month date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  start date := date_trunc('month', month);
  name text := audit.month_table(start);
  since timestamptz := start::timestamp AT TIME ZONE 'UTC';
  until timestamptz := (start + interval '1 month')::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF to_regclass('audit.' || name) IS NOT NULL THEN
    RETURN false;
  END IF;
  LOCK TABLE audit.entries IN SHARE ROW EXCLUSIVE MODE;
  EXECUTE format('CREATE TABLE audit.%I (LIKE audit.entries INCLUDING ALL)', name);
  EXECUTE format('WITH moved AS (DELETE FROM audit.entries_default WHERE sequenced_at >= $1 AND sequenced_at < $2 RETURNING *) '
                 'INSERT INTO audit.%I SELECT * FROM moved', name) USING since, until;
  EXECUTE format('ALTER TABLE audit.entries ATTACH PARTITION audit.%I FOR VALUES FROM (%L) TO (%L)', name, since, until);
  RETURN true;
END
$$;

-- Writes down each tenant's last entry of a month that is over. Slow (it reads an index of the month) and harmless to
-- repeat, so that detaching need not wait for it.
CREATE FUNCTION audit.note_tenant_heads(month date) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  noted bigint;
BEGIN
  EXECUTE format(
    'INSERT INTO audit.tenant_heads AS known (tenant_id, tenant_seq, leaf_hash) '
    'SELECT DISTINCT ON (tenant_id) tenant_id, tenant_seq, leaf_hash FROM audit.%I ORDER BY tenant_id, seq DESC '
    'ON CONFLICT (tenant_id) DO UPDATE SET tenant_seq = EXCLUDED.tenant_seq, leaf_hash = EXCLUDED.leaf_hash '
    'WHERE known.tenant_seq < EXCLUDED.tenant_seq', audit.month_table(month));
  GET DIAGNOSTICS noted = ROW_COUNT;
  RETURN noted;
END
$$;

-- Takes the oldest month out of the log. The table stays, by its name, until it is dropped.
CREATE FUNCTION audit.detach_month(month date, export_sha256 bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  start date := date_trunc('month', month);
  first_seq bigint;
  last_seq bigint;
  last_chain bytea;
BEGIN
  IF (start + interval '1 month')::timestamp AT TIME ZONE 'UTC' > now() THEN
    RAISE EXCEPTION 'month % is not over', start USING ERRCODE = 'check_violation';
  END IF;
  EXECUTE format('SELECT seq FROM audit.%I ORDER BY seq LIMIT 1', audit.month_table(start)) INTO first_seq;
  EXECUTE format('SELECT seq, chain_hash FROM audit.%I ORDER BY seq DESC LIMIT 1', audit.month_table(start))
    INTO last_seq, last_chain;
  IF first_seq IS NOT NULL THEN
    IF first_seq <> COALESCE((SELECT max(r.last_seq) + 1 FROM audit.retired_months r), 0) THEN
      RAISE EXCEPTION 'month % is not the oldest', start USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO audit.retired_months (month, first_seq, last_seq, chain_hash, export_sha256)
    VALUES (start, first_seq, last_seq, last_chain, export_sha256);
  END IF;
  EXECUTE format('ALTER TABLE audit.entries DETACH PARTITION audit.%I', audit.month_table(start));
END
$$;

-- Drops the table of a detached month; only with the hash of the export that was kept of it.
CREATE FUNCTION audit.drop_month(month date, exported bytea) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  start date := date_trunc('month', month);
BEGIN
  UPDATE audit.retired_months r SET dropped_at = now()
  WHERE r.month = start AND r.export_sha256 = exported AND r.dropped_at IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'month % is not detached, or was exported with another hash', start USING ERRCODE = 'check_violation';
  END IF;
  EXECUTE format('DROP TABLE audit.%I', audit.month_table(start));
END
$$;

REVOKE ALL ON FUNCTION audit.make_month, audit.note_tenant_heads, audit.detach_month, audit.drop_month FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit.make_month, audit.note_tenant_heads, audit.detach_month, audit.drop_month TO assay_keeper;
SELECT audit.make_month(now()::date), audit.make_month((now() + interval '1 month')::date);
