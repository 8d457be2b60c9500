-- What reports are read from: hours added up, and how far the history is in them. docs/explanation/ledger-reads.md says why.

CREATE TABLE credits.hourly_summaries (
  tenant_id text COLLATE "C" NOT NULL,
  hour      timestamptz NOT NULL,           -- when it begins; transfers count in the hour of their effective_at
  spent     bigint NOT NULL DEFAULT 0 CHECK (spent >= 0),
  purchased bigint NOT NULL DEFAULT 0 CHECK (purchased >= 0),
  refunded  bigint NOT NULL DEFAULT 0 CHECK (refunded >= 0),
  expired   bigint NOT NULL DEFAULT 0 CHECK (expired >= 0),
  transfers bigint NOT NULL DEFAULT 0 CHECK (transfers >= 0), -- of any type
  PRIMARY KEY (tenant_id, hour)
) WITH (fillfactor = 80); -- the hour that runs is updated by every fold
-- Which tenants were busy of late, for the preloader.
CREATE INDEX hourly_summaries_by_hour ON credits.hourly_summaries (hour);

-- One row. Transfers recorded up to folded_until are in the summaries, each once; later ones are not.
CREATE TABLE credits.summary_progress (
  only_row     boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  folded_until timestamptz NOT NULL DEFAULT '-infinity',
  -- The next moment to fold up to, and the transaction from which on none can record anything before it: as soon as all
  -- earlier ones have ended, nothing up to that moment is missing, however long any of them took.
  next_until   timestamptz NOT NULL DEFAULT '-infinity',
  next_xid     xid8 NOT NULL DEFAULT '0'
);
INSERT INTO credits.summary_progress DEFAULT VALUES;

-- Folding reads a span of time over all tenants. Rows lie in the order they were recorded in, so block ranges tell what
-- to skip, for some bytes a megabyte and next to nothing an insert; a B-tree would be a third index to keep.
CREATE INDEX transfers_by_time ON credits.transfers USING brin (recorded_at) WITH (pages_per_range = 32, autosummarize = on);

-- A grant as the API shows it. Balances are put together as text once and kept as text; ids, numbers and times need no escapes.
CREATE FUNCTION credits.grant_json(grant_id uuid, amount bigint, remaining bigint, priority integer, expires_at timestamptz)
  RETURNS text LANGUAGE sql STABLE
  RETURN '{"grant_id":"' || grant_id || '","amount":' || amount || ',"remaining":' || remaining || ',"priority":' || priority
    || ',"expires_at":' || CASE WHEN isfinite(expires_at)
         THEN to_char(expires_at AT TIME ZONE 'UTC', '"\""YYYY-MM-DD"T"HH24:MI:SS.MS"Z\""') ELSE 'null' END || '}';

GRANT SELECT, INSERT, UPDATE ON credits.hourly_summaries TO assay_app;
GRANT SELECT, UPDATE ON credits.summary_progress TO assay_app;
