-- The grants as they were after transfer $3, added up from the tenant's first: cheap for moments near its beginning.
-- $2 is when transfer $3 + 1 was recorded, which bounds what is read of transfers_pkey; $4 grants are listed at most.
WITH moved AS (
  SELECT slice.grant_id,
         sum(CASE WHEN to_account IN ('available', 'held') THEN slice.amount ELSE -slice.amount END)::bigint AS amount
  FROM credits.transfers, unnest(grant_ids, grant_amounts) AS slice (grant_id, amount)
  WHERE tenant_id = $1 AND recorded_at <= $2 AND number <= $3
    AND (to_account IN ('available', 'held')) <> (from_account IN ('available', 'held'))
  GROUP BY slice.grant_id
),
held AS (
  SELECT grants.grant_id, grants.number, grants.amount, moved.amount AS remaining, priority, expires_at
  FROM moved JOIN credits.grants ON grants.tenant_id = $1 AND grants.grant_id = moved.grant_id
  WHERE moved.amount > 0
),
listed AS (
  SELECT * FROM held ORDER BY priority, expires_at, number LIMIT $4
)
SELECT (SELECT count(*) FROM held) AS live_grants,
       (SELECT string_agg(credits.grant_json(grant_id, amount, remaining, priority, expires_at), ','
                          ORDER BY priority, expires_at, number)
        FROM listed) AS grants
