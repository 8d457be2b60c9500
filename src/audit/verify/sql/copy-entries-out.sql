SELECT seq, sequenced_at, tenant_seq, tenant_id, leaf_hash, chain_hash, leaf
FROM audit.entries
WHERE seq >= :from_seq AND seq < :to_seq
ORDER BY seq, sequenced_at
