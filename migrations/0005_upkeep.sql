-- What looks after the ledger: scheduled jobs, partitions made ahead, alerts on their way. docs/explanation/ledger-upkeep.md says why.

-- Who makes and drops partitions; the application is not. Roles belong to the cluster.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_keeper') THEN
    CREATE ROLE assay_keeper NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster was migrated at the same moment
END
$$;
DO $$
BEGIN
  IF NOT pg_has_role(CURRENT_USER, 'assay_keeper',
                     CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    GRANT assay_keeper TO CURRENT_USER;
  END IF;
END
$$;
GRANT USAGE ON SCHEMA credits TO assay_keeper;

-- When each scheduled job ran last, whichever worker it was. The queue only reminds; this is what a lost queue forgot.
CREATE TABLE assay.scheduled_jobs (
  job          text PRIMARY KEY,
  started_at   timestamptz NOT NULL,
  succeeded_at timestamptz
);
GRANT SELECT, INSERT, UPDATE ON assay.scheduled_jobs TO assay_app;

-- For the sweeper, which asks who has something due. A spend does not change the column, so it costs spends nothing.
CREATE INDEX accounts_due ON credits.accounts (next_due_at) WHERE next_due_at IS NOT NULL;

-- The keeper defines no tables itself: it calls functions, which run with the rights of whoever migrates. Making and
-- dropping takes locks that writers wait behind, so a lock that is not had within a second is left for the next run.

-- Makes the partition of [since, until) and moves into it what already lies in the default one. False: it was there.
CREATE FUNCTION credits.make_partition(parent text, name text, time_column text, since timestamptz, until timestamptz)
RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
BEGIN
  IF to_regclass(format('credits.%I', name)) IS NOT NULL THEN
    RETURN false;
  END IF;
  -- Held until commit: nothing may slip into the default partition between the move and the attachment.
  EXECUTE format('LOCK TABLE credits.%I IN SHARE ROW EXCLUSIVE MODE', parent);
  EXECUTE format('CREATE TABLE credits.%I (LIKE credits.%I INCLUDING ALL)', name, parent);
  EXECUTE format(
    'WITH moved AS (DELETE FROM credits.%I WHERE %I >= $1 AND %I < $2 RETURNING *) INSERT INTO credits.%I SELECT * FROM moved',
    parent || '_default', time_column, time_column, name) USING since, until;
  EXECUTE format('ALTER TABLE credits.%I ATTACH PARTITION credits.%I FOR VALUES FROM (%L) TO (%L)', parent, name, since, until);
  RETURN true;
END
$$;

-- A month of history, of UTC.
CREATE FUNCTION credits.make_transfers_month(month date) RETURNS boolean LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  RETURN credits.make_partition(
    'transfers', 'transfers_' || to_char(date_trunc('month', month), 'YYYY_MM'), 'recorded_at',
    date_trunc('month', month::timestamp) AT TIME ZONE 'UTC',
    (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC');

-- A day of idempotency keys, of UTC.
CREATE FUNCTION credits.make_idempotency_day(day date) RETURNS boolean LANGUAGE sql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp
  RETURN credits.make_partition(
    'idempotency_keys', 'idempotency_keys_' || to_char(day, 'YYYY_MM_DD'), 'created_at',
    day::timestamp AT TIME ZONE 'UTC', (day::timestamp + interval '1 day') AT TIME ZONE 'UTC');

-- Drops the days that ended longer ago than the retention. @returns how many.
CREATE FUNCTION credits.drop_idempotency_days(retention interval) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' AS $$
DECLARE
  partition_name text;
  day date;
  dropped integer := 0;
BEGIN
  IF retention < interval '24 hours' THEN
    RAISE EXCEPTION 'idempotency keys are kept 24 hours at least, not %', retention USING ERRCODE = 'check_violation';
  END IF;
  FOR partition_name IN
    SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'credits.idempotency_keys'::regclass AND c.relname ~ '^idempotency_keys_\d{4}_\d{2}_\d{2}$'
    ORDER BY c.relname
  LOOP
    day := to_date(right(partition_name, 10), 'YYYY_MM_DD');
    CONTINUE WHEN (day::timestamp + interval '1 day') AT TIME ZONE 'UTC' + retention > least(now(), credits.clock());
    EXECUTE format('DROP TABLE credits.%I', partition_name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END
$$;

REVOKE ALL ON FUNCTION credits.make_partition, credits.make_transfers_month, credits.make_idempotency_day,
  credits.drop_idempotency_days FROM PUBLIC;
GRANT EXECUTE ON FUNCTION credits.make_transfers_month, credits.make_idempotency_day, credits.drop_idempotency_days
  TO assay_keeper;

SELECT credits.make_transfers_month((date_trunc('month', now() AT TIME ZONE 'UTC') + months * interval '1 month')::date)
FROM generate_series(0, 2) AS months;
SELECT credits.make_idempotency_day((now() AT TIME ZONE 'UTC')::date + days) FROM generate_series(0, 3) AS days;

-- Where a tenant's alerts are sent. One a tenant; another URL is another webhook with a secret of its own.
CREATE TABLE credits.webhooks (
  tenant_id     text COLLATE "C" PRIMARY KEY,
  webhook_id    uuid NOT NULL UNIQUE, -- bound into the seal
  url           text NOT NULL,
  secret_sealed bytea NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, INSERT, UPDATE, DELETE ON credits.webhooks TO assay_app;

-- Alerts are written with the transfer that caused them; these are the ones that no worker has reported yet.
ALTER TABLE credits.alerts ADD COLUMN reported_at timestamptz;
CREATE INDEX alerts_unreported ON credits.alerts (created_at) WHERE reported_at IS NULL;
GRANT UPDATE (reported_at) ON credits.alerts TO assay_app;

-- An alert on its way to a webhook. The row is the promise; whoever sends it moves next_attempt_at ahead first, so that
-- one worker at a time is at it and a dead one is made up for.
CREATE TABLE credits.alert_deliveries (
  alert_id        uuid PRIMARY KEY REFERENCES credits.alerts,
  tenant_id       text COLLATE "C" NOT NULL,
  webhook_id      uuid NOT NULL,
  state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'given_up')),
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  deadline_at     timestamptz NOT NULL,
  last_status     integer, -- of the receiver's answer; NULL: there was none
  last_error      text,
  ended_at        timestamptz,
  CHECK ((state = 'pending') = (ended_at IS NULL))
);
CREATE INDEX alert_deliveries_due ON credits.alert_deliveries (next_attempt_at) WHERE state = 'pending';
GRANT SELECT, INSERT, UPDATE ON credits.alert_deliveries TO assay_app;
