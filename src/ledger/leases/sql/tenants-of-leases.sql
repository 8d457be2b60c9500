-- Uses leases_by_id.
SELECT lease_id, tenant_id FROM credits.leases WHERE lease_id = ANY ($1::uuid[]);
