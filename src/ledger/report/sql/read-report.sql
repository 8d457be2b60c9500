-- What a tenant's hours from $2 to before $3 add up to, by $4 (hour or day, UTC): the summaries, and the transfers that are
-- not in them yet. One statement, so one snapshot: each transfer counts once. hourly_summaries_pkey and transfers_pkey.
WITH hours AS (
  SELECT hour, spent, purchased, refunded, expired, transfers
  FROM credits.hourly_summaries
  WHERE tenant_id = $1 AND hour >= $2 AND hour < $3
  UNION ALL
  SELECT effective_at,
         CASE WHEN to_account = 'spent' THEN amount ELSE 0 END,
         CASE WHEN from_account = 'issued' THEN amount ELSE 0 END,
         CASE WHEN from_account = 'spent' THEN amount ELSE 0 END,
         CASE WHEN to_account = 'expired' THEN amount ELSE 0 END,
         1
  FROM credits.transfers
  WHERE tenant_id = $1 AND recorded_at > (SELECT folded_until FROM credits.summary_progress)
    AND effective_at >= $2 AND effective_at < $3
)
SELECT date_trunc($4, hour, 'UTC') AS start, sum(spent)::bigint AS spent, sum(purchased)::bigint AS purchased,
       sum(refunded)::bigint AS refunded, sum(expired)::bigint AS expired, sum(transfers)::bigint AS count
FROM hours
GROUP BY 1
ORDER BY 1
