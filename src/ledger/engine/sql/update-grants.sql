UPDATE credits.grants g
   SET available = new.available, held = new.held, leased = new.leased, spendable = new.available > 0
  FROM (
    SELECT unnest($1::text[]) AS tenant_id, unnest($2::uuid[]) AS grant_id, unnest($3::bigint[]) AS available,
           unnest($4::bigint[]) AS held, unnest($5::bigint[]) AS leased
  ) AS new
 WHERE g.tenant_id = new.tenant_id AND g.grant_id = new.grant_id;
