COPY audit.entries (seq, sequenced_at, tenant_seq, tenant_id, leaf_hash, chain_hash, leaf) FROM STDIN (FORMAT binary)
