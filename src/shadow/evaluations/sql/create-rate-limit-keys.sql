CREATE TEMPORARY TABLE rate_limit_keys (
  sort_key bytea NOT NULL, -- leaf, key, time and ordinal, see rules/rate-limit/key-row.ts
  place    bigint NOT NULL
) ON COMMIT DROP
