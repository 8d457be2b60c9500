-- Each lease against its transfers: leased once, spent and returned as much as it says, never more than it was, and what
-- is left where its state says. I1 and I3 of the sidecar rest on it.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH history AS (
  SELECT
    tenant_id,
    subject_id AS lease_id,
    count(*) FILTER (WHERE type = 'lease') AS leases,
    coalesce(sum(amount) FILTER (WHERE type = 'lease'), 0) AS leased,
    coalesce(sum(amount) FILTER (WHERE type IN ('lease_spent', 'lease_burned')), 0) AS spent,
    coalesce(sum(amount) FILTER (WHERE type IN ('lease_returned', 'lease_restored')), 0) AS returned,
    -- What is left of it in each of the two accounts that leases stand in.
    coalesce(sum(amount) FILTER (WHERE to_account = 'leased'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'leased'), 0) AS left_leased,
    coalesce(sum(amount) FILTER (WHERE to_account = 'unresolved'), 0)
      - coalesce(sum(amount) FILTER (WHERE from_account = 'unresolved'), 0) AS left_unresolved
  FROM credits.transfers
  WHERE type IN ('lease', 'lease_spent', 'lease_returned', 'lease_lost', 'lease_burned', 'lease_restored')
    AND ($1::text IS NULL OR tenant_id = $1)
  GROUP BY tenant_id, subject_id
),
judged AS (
  SELECT
    coalesce(s.tenant_id, h.tenant_id) AS tenant_id,
    coalesce(s.lease_id, h.lease_id) AS lease_id,
    s AS stored,
    h AS history,
    CASE
      WHEN s.lease_id IS NULL THEN 'lease_missing'
      WHEN h.lease_id IS NULL OR h.leases <> 1 OR h.leased <> s.amount
        OR s.amount <> (SELECT sum(slice) FROM unnest(s.grant_amounts) AS slice) THEN 'lease_granted'
      WHEN h.spent <> s.spent OR h.returned <> s.returned THEN 'lease_amounts'
      WHEN h.left_leased <> CASE s.state WHEN 'active' THEN s.amount - s.spent - s.returned ELSE 0 END
        OR h.left_unresolved <> CASE s.state WHEN 'unresolved' THEN s.amount - s.spent - s.returned ELSE 0 END
        THEN 'lease_state'
    END AS kind
  FROM (SELECT * FROM credits.leases WHERE $1::text IS NULL OR tenant_id = $1) AS s
  FULL JOIN history AS h ON h.tenant_id = s.tenant_id AND h.lease_id = s.lease_id
)
SELECT
  kind,
  tenant_id,
  format('lease %s: ', lease_id) || CASE kind
    WHEN 'lease_missing' THEN 'transfers name it and it does not exist'
    WHEN 'lease_granted' THEN format('it is of %s, for grants %s; leased %s times, for %s', (stored).amount,
                                     (stored).grant_amounts, coalesce((history).leases, 0),
                                     coalesce((history).leased, 0))
    ELSE format('it is %s, of %s, spent %s, returned %s; its transfers spent %s, returned %s, left %s leased and %s unresolved',
                (stored).state, (stored).amount, (stored).spent, (stored).returned, (history).spent,
                (history).returned, (history).left_leased, (history).left_unresolved)
  END AS says,
  count(*) OVER (PARTITION BY kind) AS total
FROM judged
WHERE kind IS NOT NULL
ORDER BY tenant_id, lease_id
LIMIT $2
