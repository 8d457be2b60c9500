-- Of the locked tenants $1: says when something really expires next, where that is later than was thought (a hold was
-- committed, say). Returns those who have something due now. Uses grants_by_expiry and holds_by_expiry.
WITH soonest AS (
  SELECT
    tenant_id,
    least(
      (SELECT min(g.expires_at) FROM credits.grants AS g
       WHERE g.tenant_id = t.tenant_id AND g.spendable AND g.expires_at < 'infinity'),
      (SELECT min(h.expires_at) FROM credits.holds AS h WHERE h.tenant_id = t.tenant_id AND h.state = 'pending')
    ) AS expires_at
  FROM unnest($1::text[]) AS t (tenant_id)
),
corrected AS (
  UPDATE credits.accounts AS a
  SET next_due_at = s.expires_at
  FROM soonest AS s
  WHERE a.tenant_id = s.tenant_id AND (s.expires_at IS NULL OR s.expires_at > (SELECT credits.clock()))
)
SELECT tenant_id FROM soonest WHERE expires_at <= (SELECT credits.clock())
