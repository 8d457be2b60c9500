UPDATE audit.head
SET size = $1, chain_hash = $2, peaks = $3, sequenced_at = to_timestamp($4::numeric / 1000)
