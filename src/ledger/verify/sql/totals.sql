-- L2: each tenant's accounts against the sums of its grants, and what is held against its pending holds.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH of_grants AS (
  SELECT tenant_id, sum(available) AS available, sum(held) AS held, sum(leased) AS leased
  FROM credits.grants
  WHERE $1::text IS NULL OR tenant_id = $1
  GROUP BY tenant_id
),
of_holds AS (
  SELECT tenant_id, sum(amount) AS held
  FROM credits.holds
  WHERE state = 'pending' AND ($1::text IS NULL OR tenant_id = $1)
  GROUP BY tenant_id
),
judged AS (
  SELECT
    a.tenant_id, a.available, a.held, a.leased,
    coalesce(g.available, 0) AS granted_available,
    coalesce(g.held, 0) AS granted_held,
    coalesce(g.leased, 0) AS granted_leased,
    coalesce(h.held, 0) AS pending
  FROM credits.accounts AS a
  LEFT JOIN of_grants AS g ON g.tenant_id = a.tenant_id
  LEFT JOIN of_holds AS h ON h.tenant_id = a.tenant_id
  WHERE $1::text IS NULL OR a.tenant_id = $1
)
SELECT kind, tenant_id, says, count(*) OVER (PARTITION BY kind) AS total
FROM judged
CROSS JOIN LATERAL (
  SELECT
    'grants_total' AS kind,
    format('its account holds available %s, held %s, leased %s; its grants add up to %s, %s, %s', available, held,
           leased, granted_available, granted_held, granted_leased) AS says
  WHERE available <> granted_available OR held <> granted_held OR leased <> granted_leased
  UNION ALL
  SELECT 'holds_total', format('its account holds %s; its pending holds add up to %s', held, pending)
  WHERE held <> pending
) AS found
ORDER BY tenant_id, kind
LIMIT $2
