-- A page of a tenant's history, newest first, below the place ($2, $3): transfers_pkey, backwards.
-- $4 recorded from, $5 recorded before, $6 type (NULL: any), $7 rows looked at, $8 rows wanted.
SELECT transfer_id, type, amount, available_after + held_after AS balance_after, description, reference,
       grant_ids::text[] AS grant_ids, grant_amounts::text[] AS grant_amounts, recorded_at, number
FROM (
  SELECT *
  FROM credits.transfers
  WHERE tenant_id = $1 AND (recorded_at, number) < ($2::timestamptz, $3::bigint) AND recorded_at <= $2
    AND recorded_at >= $4::timestamptz AND recorded_at < $5::timestamptz
  ORDER BY recorded_at DESC, number DESC
  LIMIT $7
) AS looked_at
WHERE $6::credits.transfer_type IS NULL OR type = $6
ORDER BY recorded_at DESC, number DESC
LIMIT $8
