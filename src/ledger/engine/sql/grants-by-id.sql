SELECT g.tenant_id, g.grant_id, g.number, g.amount, g.available, g.held, g.leased, g.priority,
       date_part('epoch', g.expires_at) * 1000, date_part('epoch', g.created_at) * 1000
  FROM unnest($1::text[], $2::uuid[]) AS asked (tenant_id, grant_id)
  JOIN credits.grants g USING (tenant_id, grant_id);
