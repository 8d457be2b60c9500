-- entries' primary key; of one tenant, entries_by_tenant.
SELECT seq, sequenced_at, tenant_id, tenant_seq, leaf, leaf_hash, chain_hash
FROM audit.entries
WHERE seq >= $1 AND ($2::text IS NULL OR tenant_id = $2)
ORDER BY seq
LIMIT $3
