-- The credits ledger: accounts, grants, transfers, holds and idempotency keys. docs/explanation/ledger.md says why.

-- The ledger's clock, read after the row locks of a batch. A function, so that a test can move it for several processes.
CREATE FUNCTION credits.clock() RETURNS timestamptz LANGUAGE sql VOLATILE
  RETURN date_trunc('milliseconds', clock_timestamp());

-- Names of accounts and of what moves credits between them. New kinds of transfer are added, never renamed.
CREATE TYPE credits.account AS ENUM (
  'available', 'held', 'leased', 'spent', 'expired', 'unresolved', 'issued'
);
CREATE TYPE credits.transfer_type AS ENUM (
  'topup',           -- issued → available
  'consume',         -- available → spent
  'reserve',         -- available → held
  'commit',          -- held → spent
  'release',         -- held → available: what a partial commit did not need
  'cancel',          -- held → available
  'hold_expired',    -- held → available
  'refund',          -- spent → available
  'expired',         -- available → expired
  'lease',           -- available → leased
  'lease_spent',     -- leased → spent
  'lease_returned',  -- leased → available
  'lease_lost',      -- leased → unresolved
  'lease_burned',    -- unresolved → spent
  'lease_restored'   -- unresolved → available, by a policy that is labelled unsafe
);

-- One row a tenant, and no row for all of them: lanes never meet on one. It is also the tenant's lock.
CREATE TABLE credits.accounts (
  tenant_id    text COLLATE "C" PRIMARY KEY,
  available    bigint NOT NULL DEFAULT 0 CHECK (available >= 0),
  held         bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  leased       bigint NOT NULL DEFAULT 0 CHECK (leased >= 0),
  spent        bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
  expired      bigint NOT NULL DEFAULT 0 CHECK (expired >= 0),
  unresolved   bigint NOT NULL DEFAULT 0 CHECK (unresolved >= 0),
  issued       bigint NOT NULL DEFAULT 0 CHECK (issued BETWEEN -9007199254740991 AND 0),
  -- The number of the tenant's last transfer. 0: the row was only made to be locked, the tenant is not known yet.
  version      bigint NOT NULL DEFAULT 0 CHECK (version >= 0),
  -- When the last transfer was recorded: later ones are never dated before it, whatever the clock does.
  recorded_at  timestamptz NOT NULL DEFAULT '-infinity',
  -- No grant or hold expires before this. It may be earlier than the true moment, never later. NULL: none expires.
  next_due_at  timestamptz,
  -- The low-balance alert; NULL: none. It is raised once, and armed again when the balance is back.
  alert_below  bigint CHECK (alert_below > 0),
  alert_armed  boolean NOT NULL DEFAULT true,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT postings_balance CHECK (available + held + leased + spent + expired + unresolved + issued = 0)
) WITH (fillfactor = 70); -- every operation updates its row: room for the new version beside the old keeps indexes out

-- A top-up. What it still holds is split by where it is: spendable, in holds, in leases.
CREATE TABLE credits.grants (
  tenant_id  text COLLATE "C" NOT NULL,
  grant_id   uuid NOT NULL,
  number     bigint NOT NULL CHECK (number > 0),  -- the tenant's sequence number of the top-up: its age
  amount     bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  available  bigint NOT NULL CHECK (available >= 0),
  held       bigint NOT NULL DEFAULT 0 CHECK (held >= 0),
  leased     bigint NOT NULL DEFAULT 0 CHECK (leased >= 0),
  priority   integer NOT NULL,
  expires_at timestamptz NOT NULL DEFAULT 'infinity',
  created_at timestamptz NOT NULL,
  -- available > 0, as a column of its own: an index on the amount would make every spend rewrite it.
  spendable  boolean NOT NULL,
  PRIMARY KEY (tenant_id, grant_id),
  CONSTRAINT never_more_than_granted CHECK (available + held + leased <= amount),
  CONSTRAINT spendable_says_so CHECK (spendable = (available > 0))
) WITH (fillfactor = 70);
-- In the order in which grants burn.
CREATE INDEX grants_burn_order ON credits.grants (tenant_id, priority, expires_at, number) WHERE spendable;
CREATE INDEX grants_by_expiry ON credits.grants (tenant_id, expires_at) WHERE spendable AND expires_at < 'infinity';

-- History. One row moves one amount between two accounts of one tenant, so that no posting can be without its other half.
-- The first key of a transaction id is its time and number, so no index of ids is needed (src/ledger/transfer-id.ts).
CREATE TABLE credits.transfers (
  tenant_id     text COLLATE "C" NOT NULL,
  number        bigint NOT NULL CHECK (number > 0), -- 1, 2, 3, … for each tenant
  transfer_id   uuid NOT NULL,
  type          credits.transfer_type NOT NULL,
  from_account  credits.account NOT NULL,
  to_account    credits.account NOT NULL,
  amount        bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  effective_at  timestamptz NOT NULL, -- the moment it counts from: of an expiry, when it was due
  recorded_at   timestamptz NOT NULL,
  -- The accounts after it. issued is minus their sum.
  available_after  bigint NOT NULL,
  held_after       bigint NOT NULL,
  leased_after     bigint NOT NULL,
  spent_after      bigint NOT NULL,
  expired_after    bigint NOT NULL,
  unresolved_after bigint NOT NULL,
  -- The grants it burned, pinned or gave back to, and how much of each.
  grant_ids     uuid[] NOT NULL,
  grant_amounts bigint[] NOT NULL,
  subject_id    uuid,   -- the hold or lease it is about; of a refund, the transfer that is refunded
  description   text,
  reference     text,
  metadata      jsonb,
  PRIMARY KEY (tenant_id, recorded_at, number),
  CHECK (from_account <> to_account),
  CHECK (effective_at <= recorded_at),
  CHECK (cardinality(grant_ids) = cardinality(grant_amounts))
) PARTITION BY RANGE (recorded_at);
CREATE INDEX transfers_refunds ON credits.transfers (tenant_id, subject_id) WHERE type = 'refund';
-- Takes what no month was made for; the partition keeper empties it. A forgotten keeper must not stop the money.
CREATE TABLE credits.transfers_default PARTITION OF credits.transfers DEFAULT;

-- A reservation. Its slices of grants are pinned: they do not expire while it lives.
CREATE TABLE credits.holds (
  tenant_id     text COLLATE "C" NOT NULL,
  hold_id       uuid NOT NULL,
  amount        bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  state         text NOT NULL CHECK (state IN ('pending', 'committed', 'cancelled', 'expired')),
  expires_at    timestamptz NOT NULL,
  grant_ids     uuid[] NOT NULL,
  grant_amounts bigint[] NOT NULL,
  created_at    timestamptz NOT NULL,
  ended_at      timestamptz,
  PRIMARY KEY (tenant_id, hold_id),
  CHECK ((state = 'pending') = (ended_at IS NULL))
) WITH (fillfactor = 80);
CREATE INDEX holds_by_expiry ON credits.holds (tenant_id, expires_at) WHERE state = 'pending';

-- What a key was answered. Uniqueness across days is decided under the lock of the tenant's account row.
CREATE TABLE credits.idempotency_keys (
  tenant_id      text COLLATE "C" NOT NULL,
  key_sha256     bytea NOT NULL CHECK (octet_length(key_sha256) = 32),
  request_sha256 bytea NOT NULL CHECK (octet_length(request_sha256) = 32),
  status         smallint NOT NULL,
  body           text NOT NULL, -- byte for byte as it was sent
  created_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key_sha256, created_at)
) PARTITION BY RANGE (created_at);
CREATE TABLE credits.idempotency_keys_default PARTITION OF credits.idempotency_keys DEFAULT;

-- How a top-up was paid. The token is sealed under a key of the tenant's (audit.data_keys) and shown masked.
CREATE TABLE credits.payments (
  tenant_id     text COLLATE "C" NOT NULL,
  transfer_id   uuid NOT NULL,
  payment_id    uuid NOT NULL,  -- bound into the seal
  method        text,
  token_masked  text,
  token_sealed  bytea,
  PRIMARY KEY (tenant_id, transfer_id)
);

-- Low-balance alerts, written with the transfer that caused them and delivered afterwards.
CREATE TABLE credits.alerts (
  alert_id   uuid PRIMARY KEY,
  tenant_id  text COLLATE "C" NOT NULL,
  threshold  bigint NOT NULL,
  available  bigint NOT NULL,
  created_at timestamptz NOT NULL
);

GRANT SELECT, INSERT, UPDATE ON credits.accounts, credits.grants, credits.holds TO assay_app;
GRANT SELECT, INSERT ON credits.transfers, credits.idempotency_keys, credits.payments, credits.alerts TO assay_app;
