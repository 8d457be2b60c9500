-- Uses grants_by_expiry.
SELECT g.tenant_id, g.grant_id, g.number, g.amount, g.available, g.held, g.leased, g.priority,
       date_part('epoch', g.expires_at) * 1000, date_part('epoch', g.created_at) * 1000
  FROM unnest($1::text[], $2::timestamptz[]) AS asked (tenant_id, now)
  JOIN credits.grants g ON g.tenant_id = asked.tenant_id AND g.spendable AND g.expires_at <= asked.now
                       AND g.expires_at < 'infinity';
