-- Another sequencer at work is no reason to wait: it takes what is there.
SELECT size, chain_hash, peaks, (extract(epoch FROM sequenced_at) * 1000)::bigint AS sequenced_at_ms
FROM audit.head
FOR UPDATE SKIP LOCKED
