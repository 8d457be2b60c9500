-- Uses holds_by_expiry.
SELECT h.tenant_id, h.hold_id, h.amount, h.state, date_part('epoch', h.expires_at) * 1000, h.grant_ids, h.grant_amounts,
       date_part('epoch', h.created_at) * 1000, date_part('epoch', h.ended_at) * 1000
  FROM unnest($1::text[], $2::timestamptz[]) AS asked (tenant_id, now)
  JOIN credits.holds h ON h.tenant_id = asked.tenant_id AND h.state = 'pending' AND h.expires_at <= asked.now;
