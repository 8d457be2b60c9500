SELECT h.tenant_id, h.hold_id, h.amount, h.state, date_part('epoch', h.expires_at) * 1000, h.grant_ids, h.grant_amounts,
       date_part('epoch', h.created_at) * 1000, date_part('epoch', h.ended_at) * 1000
  FROM unnest($1::text[], $2::uuid[]) AS asked (tenant_id, hold_id)
  JOIN credits.holds h USING (tenant_id, hold_id);
