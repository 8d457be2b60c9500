-- The grants that refunds return to.
SELECT DISTINCT g.tenant_id, g.grant_id, g.number, g.amount, g.available, g.held, g.leased, g.priority,
       date_part('epoch', g.expires_at) * 1000, date_part('epoch', g.created_at) * 1000
  FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::uuid[]) AS asked (tenant_id, recorded_at, number, transfer_id)
  JOIN credits.transfers t USING (tenant_id, recorded_at, number, transfer_id)
 CROSS JOIN unnest(t.grant_ids) AS slice (grant_id)
  JOIN credits.grants g ON g.tenant_id = t.tenant_id AND g.grant_id = slice.grant_id
 WHERE t.to_account = 'spent';
