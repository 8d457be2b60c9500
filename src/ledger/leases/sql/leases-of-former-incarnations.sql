-- Those that were handed on already too: the answer that said so may have been lost. Uses leases_by_holder.
SELECT tenant_id, lease_id, boot_id FROM credits.leases
 WHERE owner = $1 AND instance = $2 AND state = 'active' AND epoch <= $3;
