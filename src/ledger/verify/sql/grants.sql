-- L2: what each grant holds against the slices of all transfers that name it, added up anew; and that nothing burned a
-- grant once it had expired, nor expired it before.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH slices AS (
  SELECT t.tenant_id, t.number, t.type, t.from_account, t.to_account, t.effective_at, s.grant_id, s.amount
  FROM credits.transfers AS t CROSS JOIN LATERAL unnest(t.grant_ids, t.grant_amounts) AS s (grant_id, amount)
  WHERE $1::text IS NULL OR t.tenant_id = $1
),
history AS (
  SELECT
    tenant_id,
    grant_id,
    coalesce(sum(amount) FILTER (WHERE to_account = 'available'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'available'), 0) AS available,
    coalesce(sum(amount) FILTER (WHERE to_account = 'held'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE to_account = 'leased'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'leased'), 0) AS leased,
    coalesce(sum(amount) FILTER (WHERE type = 'topup'), 0) AS granted,
    count(*) FILTER (WHERE type = 'topup') AS topups,
    min(number) FILTER (WHERE type = 'topup') AS number,
    max(effective_at) FILTER (WHERE type IN ('consume', 'reserve', 'lease')) AS last_burned_at,
    min(effective_at) FILTER (WHERE type = 'expired') AS first_expired_at
  FROM slices
  GROUP BY tenant_id, grant_id
),
judged AS (
  SELECT
    coalesce(g.tenant_id, h.tenant_id) AS tenant_id,
    coalesce(g.grant_id, h.grant_id) AS grant_id,
    g AS stored,
    h AS history,
    CASE
      WHEN g.grant_id IS NULL THEN 'grant_missing'
      WHEN h.grant_id IS NULL OR h.topups <> 1 OR h.granted <> g.amount OR h.number <> g.number THEN 'grant_topup'
      WHEN g.available <> h.available OR g.held <> h.held OR g.leased <> h.leased THEN 'grant_balance'
      WHEN h.last_burned_at >= g.expires_at THEN 'burned_after_expiry'
      WHEN h.first_expired_at < g.expires_at THEN 'expired_too_early'
    END AS kind
  FROM (SELECT * FROM credits.grants WHERE $1::text IS NULL OR tenant_id = $1) AS g
  FULL JOIN history AS h ON h.tenant_id = g.tenant_id AND h.grant_id = g.grant_id
)
SELECT
  kind,
  tenant_id,
  format('grant %s: ', grant_id) || CASE kind
    WHEN 'grant_missing' THEN 'transfers name it and it does not exist'
    WHEN 'grant_topup' THEN format(
      'it is of %s by transfer %s; top-ups of it: %s, of %s in all, by transfer %s', (stored).amount, (stored).number,
      coalesce((history).topups, 0), coalesce((history).granted, 0), coalesce((history).number::text, 'none'))
    WHEN 'grant_balance' THEN format(
      'it holds available %s, held %s, leased %s; its transfers add up to %s, %s, %s', (stored).available, (stored).held,
      (stored).leased, (history).available, (history).held, (history).leased)
    WHEN 'burned_after_expiry' THEN format('it expired at %s and was burned at %s', (stored).expires_at,
                                           (history).last_burned_at)
    WHEN 'expired_too_early' THEN format('it expires at %s and did at %s', (stored).expires_at,
                                         (history).first_expired_at)
  END AS says,
  count(*) OVER (PARTITION BY kind) AS total
FROM judged
WHERE kind IS NOT NULL
ORDER BY tenant_id, grant_id
LIMIT $2
