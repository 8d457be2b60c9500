-- Those that were handed on already too: the answer that said so may have been lost. Uses leases_by_holder.
SELECT tenant_id, lease_id, boot_id FROM credits.leases
 WHERE owner = $1 AND instance = $2 AND state = 'active' AND epoch <= $3
 UNION ALL
-- And those that were given up while the holder was away, since what its journal knows of them is evidence: the last thousand,
-- which is more than a journal that is still of any use can speak of.
(SELECT tenant_id, lease_id, boot_id FROM credits.leases
  WHERE owner = $1 AND instance = $2 AND state = 'unresolved' AND epoch <= $3
  ORDER BY ended_at DESC
  LIMIT 1000);
