-- L2: the accounts of each tenant against the sums of its transfers, added up anew.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH history AS (
  SELECT
    tenant_id,
    max(number) AS number,
    max(recorded_at) AS recorded_at,
    coalesce(sum(amount) FILTER (WHERE to_account = 'available'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'available'), 0) AS available,
    coalesce(sum(amount) FILTER (WHERE to_account = 'held'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE to_account = 'leased'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'leased'), 0) AS leased,
    coalesce(sum(amount) FILTER (WHERE to_account = 'spent'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'spent'), 0) AS spent,
    coalesce(sum(amount) FILTER (WHERE to_account = 'expired'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'expired'), 0) AS expired,
    coalesce(sum(amount) FILTER (WHERE to_account = 'unresolved'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'unresolved'), 0) AS unresolved,
    coalesce(sum(amount) FILTER (WHERE to_account = 'issued'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'issued'), 0) AS issued
  FROM credits.transfers
  WHERE $1::text IS NULL OR tenant_id = $1
  GROUP BY tenant_id
),
judged AS (
  SELECT
    coalesce(a.tenant_id, h.tenant_id) AS tenant_id,
    a AS account,
    h AS history,
    CASE
      WHEN a.tenant_id IS NULL THEN 'account_missing'
      WHEN least(a.available, a.held, a.leased, a.spent, a.expired, a.unresolved) < 0 THEN 'negative_balance'
      WHEN a.available + a.held + a.leased + a.spent + a.expired + a.unresolved + a.issued <> 0
        THEN 'postings_unbalanced'
      WHEN a.version <> coalesce(h.number, 0) THEN 'account_version'
      WHEN h.tenant_id IS NULL THEN
        CASE WHEN a.issued <> 0 THEN 'account_balance' END -- with the sum at 0 and none negative, all others are 0 too
      WHEN a.available <> h.available
        OR a.held <> h.held
        OR a.leased <> h.leased
        OR a.spent <> h.spent
        OR a.expired <> h.expired
        OR a.unresolved <> h.unresolved
        OR a.issued <> h.issued
        THEN 'account_balance'
      WHEN a.recorded_at <> h.recorded_at THEN 'account_time'
    END AS kind
  FROM (SELECT * FROM credits.accounts WHERE $1::text IS NULL OR tenant_id = $1) AS a
  FULL JOIN history AS h ON h.tenant_id = a.tenant_id
)
SELECT
  kind,
  tenant_id,
  CASE kind
    WHEN 'account_missing' THEN format('it has %s transfers and no account', (history).number)
    WHEN 'account_version' THEN format('its account is at version %s, its history at %s', (account).version,
                                       coalesce((history).number, 0))
    WHEN 'account_time' THEN format('its account was written at %s, its last transfer at %s', (account).recorded_at,
                                    (history).recorded_at)
    ELSE format(
      'its account holds available %s, held %s, leased %s, spent %s, expired %s, unresolved %s, issued %s; its transfers '
      'add up to %s, %s, %s, %s, %s, %s, %s',
      (account).available, (account).held, (account).leased, (account).spent, (account).expired, (account).unresolved, (account).issued,
      (history).available, (history).held, (history).leased, (history).spent, (history).expired, (history).unresolved, (history).issued)
  END AS says,
  count(*) OVER (PARTITION BY kind) AS total
FROM judged
WHERE kind IS NOT NULL
ORDER BY tenant_id
LIMIT $2
