-- The first expiry still to come of each tenant. Uses grants_by_expiry and holds_by_expiry.
SELECT asked.tenant_id,
       date_part('epoch', LEAST(
         (SELECT min(g.expires_at) FROM credits.grants g
           WHERE g.tenant_id = asked.tenant_id AND g.spendable AND g.expires_at < 'infinity' AND g.expires_at > asked.now),
         (SELECT min(h.expires_at) FROM credits.holds h
           WHERE h.tenant_id = asked.tenant_id AND h.state = 'pending' AND h.expires_at > asked.now)
       )) * 1000
  FROM unnest($1::text[], $2::timestamptz[]) AS asked (tenant_id, now);
