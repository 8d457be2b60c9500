UPDATE credits.grants g
   SET available = new.available, held = new.held, leased = new.leased, spendable = new.available > 0
  FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[]) AS new (tenant_id, grant_id, available, held, leased)
 WHERE g.tenant_id = new.tenant_id AND g.grant_id = new.grant_id;
