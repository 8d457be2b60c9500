-- How much was looked at; tenants with an account below zero now or ever; and by how many credits, over all tenants, the
-- accounts differ from zero, from what was granted and from what the grants hold.
-- $1: a tenant, or NULL for all.
WITH history AS (
  SELECT
    tenant_id,
    count(*) AS transfers,
    coalesce(sum(amount) FILTER (WHERE from_account = 'issued'), 0) AS issued,
    min(least(available_after, held_after, leased_after, spent_after, expired_after, unresolved_after)) AS lowest
  FROM credits.transfers
  WHERE $1::text IS NULL OR tenant_id = $1
  GROUP BY tenant_id
),
of_grants AS (
  SELECT tenant_id, sum(available) AS available, sum(held) AS held, sum(leased) AS leased
  FROM credits.grants
  WHERE $1::text IS NULL OR tenant_id = $1
  GROUP BY tenant_id
),
of_accounts AS (
  SELECT * FROM credits.accounts WHERE $1::text IS NULL OR tenant_id = $1
)
SELECT
  count(*) FILTER (WHERE coalesce(a.version, 1) > 0)::int AS tenants,
  coalesce(sum(h.transfers), 0)::bigint AS transfers,
  count(*) FILTER (WHERE least(h.lowest, a.available, a.held, a.leased, a.spent, a.expired, a.unresolved) < 0)::int
    AS negative_balances,
  coalesce(sum(
    abs(coalesce(a.available + a.held + a.leased + a.spent + a.expired + a.unresolved + a.issued, 0))
    + abs(coalesce(a.issued, 0) + coalesce(h.issued, 0))
    + abs(coalesce(a.available, 0) - coalesce(g.available, 0))
    + abs(coalesce(a.held, 0) - coalesce(g.held, 0))
    + abs(coalesce(a.leased, 0) - coalesce(g.leased, 0))
  ), 0)::float8 AS conservation_error
FROM of_accounts AS a
FULL JOIN history AS h ON h.tenant_id = a.tenant_id
LEFT JOIN of_grants AS g ON g.tenant_id = coalesce(a.tenant_id, h.tenant_id)
