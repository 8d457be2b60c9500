SELECT chain_hash FROM audit.entries WHERE seq = $1 - 1
UNION ALL
SELECT chain_hash FROM audit.retired_months WHERE last_seq = $1 - 1
LIMIT 1
