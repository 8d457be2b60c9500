-- The grants that leases return to.
SELECT DISTINCT g.tenant_id, g.grant_id, g.number, g.amount, g.available, g.held, g.leased, g.priority,
       date_part('epoch', g.expires_at) * 1000, date_part('epoch', g.created_at) * 1000
  FROM unnest($1::text[], $2::uuid[]) AS asked (tenant_id, lease_id)
  JOIN credits.leases l USING (tenant_id, lease_id)
 CROSS JOIN unnest(l.grant_ids) AS slice (grant_id)
  JOIN credits.grants g ON g.tenant_id = l.tenant_id AND g.grant_id = slice.grant_id;
