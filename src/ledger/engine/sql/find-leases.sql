SELECT l.tenant_id, l.lease_id, l.owner, l.instance, l.epoch, l.boot_id, l.amount, l.spent, l.returned, l.state, l.recalled,
       l.grant_ids, l.grant_amounts, date_part('epoch', l.created_at) * 1000, date_part('epoch', l.expires_at) * 1000,
       date_part('epoch', l.ended_at) * 1000
  FROM unnest($1::text[], $2::uuid[]) AS asked (tenant_id, lease_id)
  JOIN credits.leases l USING (tenant_id, lease_id);
