SELECT DISTINCT g.tenant_id, g.grant_id, g.number, g.amount, g.available, g.held, g.leased, g.priority,
       date_part('epoch', g.expires_at) * 1000, date_part('epoch', g.created_at) * 1000
  FROM unnest($1::text[], $2::timestamptz[]) AS asked (tenant_id, now)
  JOIN credits.holds h ON h.tenant_id = asked.tenant_id AND h.state = 'pending' AND h.expires_at <= asked.now
 CROSS JOIN unnest(h.grant_ids) AS slice (grant_id)
  JOIN credits.grants g ON g.tenant_id = h.tenant_id AND g.grant_id = slice.grant_id;
