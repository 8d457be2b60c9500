-- L2: each tenant's accounts against the sums of its grants, of its pending holds and of its open leases.
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
of_leases AS (
  SELECT
    tenant_id,
    coalesce(sum(amount - spent - returned) FILTER (WHERE state = 'active'), 0) AS leased,
    coalesce(sum(amount - spent - returned) FILTER (WHERE state = 'unresolved'), 0) AS unresolved
  FROM credits.leases
  WHERE state IN ('active', 'unresolved') AND ($1::text IS NULL OR tenant_id = $1)
  GROUP BY tenant_id
),
judged AS (
  SELECT
    a.tenant_id, a.available, a.held, a.leased, a.unresolved,
    coalesce(l.leased, 0) AS active,
    coalesce(l.unresolved, 0) AS lost,
    coalesce(g.available, 0) AS granted_available,
    coalesce(g.held, 0) AS granted_held,
    coalesce(g.leased, 0) AS granted_leased,
    coalesce(h.held, 0) AS pending
  FROM credits.accounts AS a
  LEFT JOIN of_grants AS g ON g.tenant_id = a.tenant_id
  LEFT JOIN of_holds AS h ON h.tenant_id = a.tenant_id
  LEFT JOIN of_leases AS l ON l.tenant_id = a.tenant_id
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
  UNION ALL
  SELECT
    'leases_total',
    format('its account has leased %s, unresolved %s; its leases add up to %s, %s', leased, unresolved, active, lost)
  WHERE leased <> active OR unresolved <> lost
) AS found
ORDER BY tenant_id, kind
LIMIT $2
