-- Which transfer was a tenant's last at a moment ($2), and the accounts after it. `after` is the first that came later:
-- where there is none, the present state says it all.
-- effective_at and recorded_at both rise with the number, and effective_at <= recorded_at, so the search starts at the
-- moment in the primary key (tenant_id, recorded_at, number) and passes only expiries that were recorded late.
WITH after AS MATERIALIZED (
  SELECT number, recorded_at
  FROM credits.transfers
  WHERE tenant_id = $1 AND recorded_at > $2 AND effective_at > $2
  ORDER BY recorded_at, number
  LIMIT 1
)
SELECT account.version AS latest, after.number AS after_number, after.recorded_at AS after_recorded_at, last.*
FROM credits.accounts AS account
LEFT JOIN after ON true
LEFT JOIN LATERAL (
  SELECT number, available_after AS available, held_after AS held, leased_after AS leased, spent_after AS spent,
         available_after + held_after + leased_after + spent_after + expired_after + unresolved_after AS issued
  FROM credits.transfers
  WHERE tenant_id = $1 AND recorded_at <= after.recorded_at AND number < after.number
  ORDER BY recorded_at DESC, number DESC
  LIMIT 1
) AS last ON after.number IS NOT NULL
WHERE account.tenant_id = $1 AND account.version > 0
