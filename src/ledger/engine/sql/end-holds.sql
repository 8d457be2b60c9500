UPDATE credits.holds h
   SET state = new.state, ended_at = new.ended_at
  FROM unnest($1::text[], $2::uuid[], $3::text[], $4::timestamptz[]) AS new (tenant_id, hold_id, state, ended_at)
 WHERE h.tenant_id = new.tenant_id AND h.hold_id = new.hold_id;
