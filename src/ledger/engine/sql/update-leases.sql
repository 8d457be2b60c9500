UPDATE credits.leases l
   SET epoch = new.epoch, spent = new.spent, returned = new.returned, state = new.state, recalled = new.recalled,
       expires_at = new.expires_at, ended_at = NULLIF(new.ended_at, 'infinity')
  FROM unnest($1::text[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bool[], $8::timestamptz[],
              $9::timestamptz[])
    AS new (tenant_id, lease_id, epoch, spent, returned, state, recalled, expires_at, ended_at)
 WHERE l.tenant_id = new.tenant_id AND l.lease_id = new.lease_id;
