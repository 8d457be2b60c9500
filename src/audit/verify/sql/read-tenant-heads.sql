SELECT tenant_id, tenant_seq, leaf_hash FROM audit.tenant_heads
