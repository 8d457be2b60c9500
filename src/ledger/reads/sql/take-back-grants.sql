-- The grants as they were after transfer $3: what they hold now, less what later transfers did. Cheap for recent moments.
-- $2 is when transfer $3 + 1 was recorded, which bounds what is read of transfers_pkey; $4 grants are listed at most.
WITH moved AS (
  SELECT slice.grant_id,
         sum(CASE WHEN to_account IN ('available', 'held') THEN slice.amount ELSE -slice.amount END)::bigint AS amount
  FROM credits.transfers, unnest(grant_ids, grant_amounts) AS slice (grant_id, amount)
  WHERE tenant_id = $1 AND recorded_at >= $2 AND number > $3
    AND (to_account IN ('available', 'held')) <> (from_account IN ('available', 'held'))
  GROUP BY slice.grant_id
),
concerned AS (
  SELECT grant_id FROM moved
  UNION
  SELECT grant_id FROM credits.grants WHERE tenant_id = $1 AND spendable
  UNION
  SELECT unnest(grant_ids) FROM credits.holds WHERE tenant_id = $1 AND state = 'pending'
),
held AS (
  SELECT grant_id, grants.number, grants.amount, priority, expires_at,
         grants.available + grants.held - coalesce(moved.amount, 0) AS remaining
  FROM concerned JOIN credits.grants USING (grant_id) LEFT JOIN moved USING (grant_id)
  WHERE grants.tenant_id = $1 AND grants.available + grants.held <> coalesce(moved.amount, 0)
),
listed AS (
  SELECT * FROM held ORDER BY priority, expires_at, number LIMIT $4
)
SELECT (SELECT count(*) FROM held) AS live_grants,
       (SELECT string_agg(credits.grant_json(grant_id, amount, remaining, priority, expires_at), ','
                          ORDER BY priority, expires_at, number)
        FROM listed) AS grants
