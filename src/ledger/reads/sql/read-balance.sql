-- A tenant's accounts and live grants as they are at a moment, what is due by then counted as posted.
-- $1 tenant, $2 moment (NULL: the ledger's clock), $3 grants listed at most.
-- accounts_pkey, grants_burn_order, holds_by_expiry and grants_pkey: its cost grows with the live grants and open holds.
WITH account AS MATERIALIZED (
  SELECT *, greatest(coalesce($2::timestamptz, credits.clock()), recorded_at) AS at
  FROM credits.accounts
  WHERE tenant_id = $1 AND version > 0
),
hold AS MATERIALIZED (
  SELECT hold.amount, hold.expires_at, hold.grant_ids, hold.grant_amounts, hold.expires_at <= account.at AS is_due
  FROM account JOIN credits.holds AS hold USING (tenant_id)
  WHERE account.held > 0 AND hold.state = 'pending'
),
slice AS (
  SELECT grant_id, coalesce(sum(slice.amount) FILTER (WHERE is_due), 0)::bigint AS coming_back
  FROM hold, unnest(grant_ids, grant_amounts) AS slice (grant_id, amount)
  GROUP BY grant_id
),
-- Grants that still hold something: those with spendable credits, and those that only holds pin.
stored AS (
  SELECT grant_id, grants.number, grants.amount, grants.available, grants.held, priority, expires_at,
         coalesce(coming_back, 0) AS coming_back
  FROM account JOIN credits.grants USING (tenant_id) LEFT JOIN slice USING (grant_id)
  WHERE spendable
  UNION ALL
  SELECT grant_id, grants.number, grants.amount, grants.available, grants.held, priority, expires_at, coming_back
  FROM account CROSS JOIN slice JOIN credits.grants USING (tenant_id, grant_id)
  WHERE NOT spendable
),
posted AS MATERIALIZED (
  SELECT grant_id, stored.number, amount, priority, expires_at,
         CASE WHEN expires_at > at THEN stored.available + coming_back ELSE 0 END AS available,
         CASE WHEN expires_at > at THEN 0 ELSE stored.available + coming_back END AS expired,
         stored.held - coming_back AS held
  FROM stored, account
),
listed AS (
  SELECT * FROM posted WHERE available + held > 0 ORDER BY priority, expires_at, number LIMIT $3
)
SELECT account.available + coalesce(hold_sum.due, 0) - grant_sum.expired AS available,
       account.held - coalesce(hold_sum.due, 0) AS held,
       account.leased, account.spent, -account.issued AS issued, account.version,
       grant_sum.live AS live_grants,
       -- Milliseconds until something more expires.
       ceil(extract(epoch FROM least(grant_sum.next, hold_sum.next) - account.at) * 1000)::float8 AS expires_in_ms,
       (SELECT string_agg(credits.grant_json(grant_id, amount, available + held, priority, expires_at), ','
                          ORDER BY priority, expires_at, number)
        FROM listed) AS grants
FROM account,
     (SELECT coalesce(sum(posted.expired), 0)::bigint AS expired,
             count(*) FILTER (WHERE available + held > 0) AS live,
             min(expires_at) FILTER (WHERE available > 0 AND isfinite(expires_at)) AS next
      FROM posted) AS grant_sum,
     (SELECT sum(amount) FILTER (WHERE is_due)::bigint AS due, min(expires_at) FILTER (WHERE NOT is_due) AS next
      FROM hold) AS hold_sum
