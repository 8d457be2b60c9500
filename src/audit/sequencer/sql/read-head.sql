SELECT size, chain_hash, peaks, (extract(epoch FROM sequenced_at) * 1000)::bigint AS sequenced_at_ms
FROM audit.head
