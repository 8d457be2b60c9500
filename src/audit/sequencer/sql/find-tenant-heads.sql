-- entries_by_tenant, one probe a tenant and month; a tenant that has been silent since a detached month is in tenant_heads.
SELECT wanted.tenant_id, last.tenant_seq, last.leaf_hash
FROM unnest($1::text[]) AS wanted (tenant_id),
  LATERAL (
    (SELECT e.tenant_seq, e.leaf_hash FROM audit.entries e
     WHERE e.tenant_id = wanted.tenant_id ORDER BY e.seq DESC LIMIT 1)
    UNION ALL
    SELECT h.tenant_seq, h.leaf_hash FROM audit.tenant_heads h WHERE h.tenant_id = wanted.tenant_id
    ORDER BY tenant_seq DESC LIMIT 1
  ) AS last
