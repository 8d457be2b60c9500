-- Refunds name a spend of the tenant, and give no grant back more than that spend took from it. A refund's subject is an
-- id that leads to its row by the primary key.
-- $1: a tenant, or NULL for all; $2: how many violations to return.
WITH refunded AS (
  SELECT t.tenant_id, t.subject_id, s.grant_id, sum(s.amount) AS amount
  FROM credits.transfers AS t CROSS JOIN LATERAL unnest(t.grant_ids, t.grant_amounts) AS s (grant_id, amount)
  WHERE t.type = 'refund' AND ($1::text IS NULL OR t.tenant_id = $1)
  GROUP BY t.tenant_id, t.subject_id, s.grant_id
),
spends AS (
  SELECT tenant_id, transfer_id, type, grant_ids, grant_amounts
  FROM credits.transfers
  WHERE type IN ('consume', 'commit') AND ($1::text IS NULL OR tenant_id = $1)
),
judged AS (
  SELECT
    r.tenant_id, r.subject_id, r.grant_id, r.amount, s.transfer_id AS spend_id,
    (SELECT sum(taken.amount) FROM unnest(s.grant_ids, s.grant_amounts) AS taken (grant_id, amount)
     WHERE taken.grant_id = r.grant_id) AS spent
  FROM refunded AS r
  LEFT JOIN spends AS s ON s.tenant_id = r.tenant_id AND s.transfer_id = r.subject_id
)
SELECT
  CASE WHEN spend_id IS NULL THEN 'refund_of_nothing' ELSE 'refund_exceeds_spend' END AS kind,
  tenant_id,
  CASE
    WHEN spend_id IS NULL THEN format('%s were refunded for %s, which is no spend of it', amount, subject_id)
    ELSE format('spend %s took %s of grant %s and %s were refunded', subject_id, coalesce(spent, 0), grant_id, amount)
  END AS says,
  count(*) OVER (PARTITION BY spend_id IS NULL) AS total
FROM judged
WHERE spend_id IS NULL OR amount > coalesce(spent, 0)
ORDER BY tenant_id, subject_id, grant_id
LIMIT $2
