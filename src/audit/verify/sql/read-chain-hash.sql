SELECT chain_hash FROM audit.entries WHERE seq = $1
