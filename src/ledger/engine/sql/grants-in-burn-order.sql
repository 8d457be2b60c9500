-- The first grants of each tenant that burn. Uses grants_burn_order.
SELECT g.tenant_id, g.grant_id, g.number, g.amount, g.available, g.held, g.leased, g.priority,
       date_part('epoch', g.expires_at) * 1000, date_part('epoch', g.created_at) * 1000
  FROM (SELECT unnest($1::text[]) AS tenant_id) AS asked
 CROSS JOIN LATERAL (
   SELECT * FROM credits.grants
    WHERE tenant_id = asked.tenant_id AND spendable
    ORDER BY priority, expires_at, number
    LIMIT $2::int
 ) AS g;
