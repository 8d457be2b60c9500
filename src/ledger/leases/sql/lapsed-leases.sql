-- Uses leases_by_expiry.
SELECT tenant_id, lease_id FROM credits.leases
 WHERE state = 'active' AND expires_at < credits.clock() - make_interval(secs => $1::float8)
 ORDER BY expires_at
 LIMIT $2;
