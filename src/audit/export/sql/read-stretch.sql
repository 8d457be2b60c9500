-- entries' primary key; of one tenant, entries_by_tenant.
SELECT seq, leaf, chain_hash
FROM audit.entries
WHERE seq >= $1 AND seq < $2 AND ($3::text IS NULL OR tenant_id = $3)
ORDER BY seq
LIMIT $4
