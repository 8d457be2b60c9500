-- Tenants by their transfers in this hour and the one before; hourly_summaries_by_hour.
SELECT tenant_id
FROM credits.hourly_summaries
WHERE hour >= date_trunc('hour', credits.clock(), 'UTC') - interval '1 hour'
GROUP BY tenant_id
ORDER BY sum(transfers) DESC
LIMIT $1
