-- Months of history and days of keys from now on; those that are there already stay. $1: months ahead; $2: days ahead.
SELECT 'transfers' AS parent, month::date::text AS starts
FROM generate_series(0, $1) AS ahead,
  LATERAL (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + ahead * interval '1 month' AS month) AS months
WHERE credits.make_transfers_month(month::date)
UNION ALL
SELECT 'idempotency_keys', day::text
FROM generate_series(0, $2) AS ahead, LATERAL (SELECT (now() AT TIME ZONE 'UTC')::date + ahead AS day) AS days
WHERE credits.make_idempotency_day(day)
