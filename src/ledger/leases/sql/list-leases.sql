SELECT tenant_id, lease_id, owner, instance, epoch, amount, spent AS settled, returned, state, recalled, created_at, expires_at,
       ended_at
  FROM credits.leases
 WHERE ($1::text IS NULL OR tenant_id = $1) AND ($2::text IS NULL OR state = $2)
 ORDER BY created_at DESC, lease_id
 LIMIT $3;
