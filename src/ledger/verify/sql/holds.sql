-- L4: each hold was reserved once and ended at most once, in the way its state says, in time, for the whole amount.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH history AS (
  SELECT
    tenant_id,
    subject_id AS hold_id,
    count(*) FILTER (WHERE type = 'reserve') AS reserves,
    count(*) FILTER (WHERE type = 'commit') AS commits,
    count(*) FILTER (WHERE type = 'cancel') AS cancels,
    count(*) FILTER (WHERE type = 'hold_expired') AS expiries,
    count(*) FILTER (WHERE type = 'release') AS releases,
    coalesce(sum(amount) FILTER (WHERE type = 'reserve'), 0) AS reserved,
    coalesce(sum(amount) FILTER (WHERE type <> 'reserve'), 0) AS ended,
    max(effective_at) FILTER (WHERE type IN ('commit', 'cancel', 'release')) AS last_used_at,
    min(effective_at) FILTER (WHERE type = 'hold_expired') AS expired_at
  FROM credits.transfers
  WHERE type IN ('reserve', 'commit', 'cancel', 'hold_expired', 'release') AND ($1::text IS NULL OR tenant_id = $1)
  GROUP BY tenant_id, subject_id
),
judged AS (
  SELECT
    coalesce(s.tenant_id, h.tenant_id) AS tenant_id,
    coalesce(s.hold_id, h.hold_id) AS hold_id,
    s AS stored,
    h AS history,
    CASE
      WHEN s.hold_id IS NULL THEN 'hold_missing'
      WHEN h.hold_id IS NULL OR h.reserves <> 1 OR h.reserved <> s.amount
        OR s.amount <> (SELECT sum(slice) FROM unnest(s.grant_amounts) AS slice) THEN 'hold_reserve'
      WHEN h.commits + h.cancels + h.expiries > 1 OR h.releases > h.commits THEN 'hold_ended_twice'
      WHEN (h.commits = 1) <> (s.state = 'committed') OR (h.cancels = 1) <> (s.state = 'cancelled')
        OR (h.expiries = 1) <> (s.state = 'expired') THEN 'hold_state'
      WHEN s.state <> 'pending' AND h.ended <> s.amount THEN 'hold_amount'
      WHEN h.last_used_at >= s.expires_at OR h.expired_at < s.expires_at THEN 'hold_time'
    END AS kind
  FROM (SELECT * FROM credits.holds WHERE $1::text IS NULL OR tenant_id = $1) AS s
  FULL JOIN history AS h ON h.tenant_id = s.tenant_id AND h.hold_id = s.hold_id
)
SELECT
  kind,
  tenant_id,
  format('hold %s: ', hold_id) || CASE kind
    WHEN 'hold_missing' THEN 'transfers name it and it does not exist'
    WHEN 'hold_reserve' THEN format('it is of %s, for grants %s; reserved %s times, for %s', (stored).amount,
                                    (stored).grant_amounts, coalesce((history).reserves, 0),
                                    coalesce((history).reserved, 0))
    WHEN 'hold_time' THEN format('it expires at %s; last used at %s, expired at %s', (stored).expires_at,
                                 coalesce((history).last_used_at::text, 'no time'),
                                 coalesce((history).expired_at::text, 'no time'))
    ELSE format('it is %s, of %s; commits %s, releases %s, cancels %s, expiries %s, for %s in all', (stored).state,
                (stored).amount, (history).commits, (history).releases, (history).cancels, (history).expiries,
                (history).ended)
  END AS says,
  count(*) OVER (PARTITION BY kind) AS total
FROM judged
WHERE kind IS NOT NULL
ORDER BY tenant_id, hold_id
LIMIT $2
