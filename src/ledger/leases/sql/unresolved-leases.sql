-- Uses leases_unresolved.
SELECT tenant_id, lease_id FROM credits.leases
 WHERE state = 'unresolved' AND ended_at < credits.clock() - make_interval(secs => $1::float8)
 ORDER BY ended_at
 LIMIT $2;
