CREATE TEMPORARY TABLE rate_limit_keys (
  leaf     integer NOT NULL,
  key      bytea NOT NULL,
  at       bigint NOT NULL,
  ordinal  bigint NOT NULL,
  chunk    integer NOT NULL,
  position integer NOT NULL
) ON COMMIT DROP
