-- Nothing expires before the tenant's next_due_at; were it later than the truth, a read would miss an expiry.
-- $1: a tenant, or NULL for all; $2: how many violations to return. Uses grants_by_expiry and holds_by_expiry.
WITH soonest AS (
  SELECT
    a.tenant_id,
    a.next_due_at,
    least(
      (SELECT min(g.expires_at) FROM credits.grants AS g
       WHERE g.tenant_id = a.tenant_id AND g.spendable AND g.expires_at < 'infinity'),
      (SELECT min(h.expires_at) FROM credits.holds AS h WHERE h.tenant_id = a.tenant_id AND h.state = 'pending')
    ) AS expires_at
  FROM credits.accounts AS a
  WHERE $1::text IS NULL OR a.tenant_id = $1
)
SELECT
  'due_too_late' AS kind,
  tenant_id,
  format('something expires at %s and it is not looked at before %s', expires_at, coalesce(next_due_at::text, 'ever'))
    AS says,
  count(*) OVER () AS total
FROM soonest
WHERE expires_at < coalesce(next_due_at, 'infinity')
ORDER BY tenant_id
LIMIT $2
