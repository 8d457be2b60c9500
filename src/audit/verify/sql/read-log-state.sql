SELECT h.size, h.chain_hash, h.peaks,
  COALESCE(r.last_seq + 1, 0) AS first_seq, r.chain_hash AS retired_chain_hash,
  COALESCE((SELECT max(n.first_index + n.node_count) FROM audit.nodes n WHERE n.level = 0), 0) AS node_count,
  COALESCE((SELECT max(c.size) FROM audit.checkpoints c), 0) AS published_size,
  last.chain_hash AS last_chain_hash, COALESCE(last.sequenced_at = h.sequenced_at, true) AS times_agree,
  COALESCE((SELECT min(seq) FROM audit.entries), 0) AS min_seq,
  COALESCE((SELECT max(seq) FROM audit.entries), -1) AS max_seq
FROM audit.head h
LEFT JOIN LATERAL (SELECT last_seq, chain_hash FROM audit.retired_months ORDER BY last_seq DESC LIMIT 1) AS r ON true
LEFT JOIN LATERAL (SELECT e.chain_hash, e.sequenced_at FROM audit.entries e WHERE e.seq = h.size - 1 LIMIT 1) AS last ON true
