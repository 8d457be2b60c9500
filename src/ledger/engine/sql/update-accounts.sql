UPDATE credits.accounts a
   SET available = new.available, held = new.held, leased = new.leased, spent = new.spent, expired = new.expired,
       unresolved = new.unresolved, version = new.version, recorded_at = new.recorded_at,
       issued = -(new.available + new.held + new.leased + new.spent + new.expired + new.unresolved),
       next_due_at = NULLIF(new.next_due_at, 'infinity'), alert_armed = new.alert_armed
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
              $9::timestamptz[], $10::timestamptz[], $11::bool[])
    AS new (tenant_id, available, held, leased, spent, expired, unresolved, version, recorded_at, next_due_at, alert_armed)
 WHERE a.tenant_id = new.tenant_id;
