-- Another sequencer at work is no reason to wait: it takes what is there.
SELECT size, chain_hash, peaks,
  (extract(epoch FROM greatest(date_trunc('milliseconds', clock_timestamp()), sequenced_at)) * 1000)::bigint AS now_ms
FROM audit.head
FOR UPDATE SKIP LOCKED
