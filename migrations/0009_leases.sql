-- Leases: credits that left a tenant's available balance and may be spent by one sidecar. docs/explanation/leases.md.

-- Who holds leases. Registering again, as another incarnation, fences the one before: epochs only grow.
CREATE TABLE credits.sidecars (
  owner         text COLLATE "C" NOT NULL, -- the tenant the key is bound to; '*': none
  instance      text COLLATE "C" NOT NULL,
  incarnation   text NOT NULL,             -- of the process: the same one registering again keeps its epoch
  boot_id       text NOT NULL,             -- of the kernel: a journal of another boot is not trusted
  epoch         bigint NOT NULL CHECK (epoch > 0),
  registered_at timestamptz NOT NULL,
  PRIMARY KEY (owner, instance)
);

CREATE TABLE credits.leases (
  tenant_id     text COLLATE "C" NOT NULL,
  lease_id      uuid NOT NULL,
  owner         text COLLATE "C" NOT NULL,
  instance      text COLLATE "C" NOT NULL,
  epoch         bigint NOT NULL,           -- of the incarnation that may spend it
  boot_id       text NOT NULL,
  amount        bigint NOT NULL CHECK (amount BETWEEN 1 AND 9007199254740991),
  spent         bigint NOT NULL DEFAULT 0 CHECK (spent BETWEEN 0 AND amount), -- as far as is settled
  returned      bigint NOT NULL DEFAULT 0 CHECK (returned >= 0 AND spent + returned <= amount),
  -- active: its holder may spend. settled: ended, the rest returned. unresolved: the holder is gone and nobody knows how
  -- much it spent; then burned, or restored by a policy that is labelled unsafe.
  state         text NOT NULL CHECK (state IN ('active', 'settled', 'unresolved', 'burned', 'restored')),
  recalled      boolean NOT NULL DEFAULT false, -- others need it: the holder is asked to return what it can
  grant_ids     uuid[] NOT NULL,
  grant_amounts bigint[] NOT NULL,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL, -- the holder stops spending before; nothing is returned by time alone
  ended_at      timestamptz,
  PRIMARY KEY (tenant_id, lease_id)
) WITH (fillfactor = 80);
CREATE INDEX leases_by_id ON credits.leases (lease_id);
CREATE INDEX leases_active ON credits.leases (tenant_id) WHERE state = 'active';
CREATE INDEX leases_by_holder ON credits.leases (owner, instance) WHERE state = 'active';
CREATE INDEX leases_by_expiry ON credits.leases (expires_at) WHERE state = 'active';
CREATE INDEX leases_unresolved ON credits.leases (ended_at) WHERE state = 'unresolved';

GRANT SELECT, INSERT, UPDATE ON credits.sidecars, credits.leases TO assay_app;
