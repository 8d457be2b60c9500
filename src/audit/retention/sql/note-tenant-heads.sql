SELECT audit.note_tenant_heads($1::date)
