SELECT seq, leaf FROM audit.entries WHERE seq = ANY ($1) ORDER BY seq
