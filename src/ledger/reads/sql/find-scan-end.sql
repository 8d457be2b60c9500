-- The last place that list-transfers.sql looks at with the same parameters; no row where it reached the beginning.
SELECT recorded_at, number
FROM credits.transfers
WHERE tenant_id = $1 AND (recorded_at, number) < ($2::timestamptz, $3::bigint) AND recorded_at <= $2
  AND recorded_at >= $4::timestamptz AND recorded_at < $5::timestamptz
ORDER BY recorded_at DESC, number DESC
OFFSET $6 - 1
LIMIT 1
