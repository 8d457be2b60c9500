-- Each transfer and, of what it burned, how much is left to refund. A transfer that burned nothing for good has no slices.
SELECT t.tenant_id, t.transfer_id, t.type,
       CASE WHEN t.to_account = 'spent' THEN t.grant_ids ELSE '{}' END,
       CASE WHEN t.to_account = 'spent' THEN ARRAY (
         SELECT burned.amount - COALESCE((
                  SELECT sum(back.amount)
                    FROM credits.transfers r
                   CROSS JOIN unnest(r.grant_ids, r.grant_amounts) AS back (grant_id, amount)
                   WHERE r.tenant_id = t.tenant_id AND r.subject_id = t.transfer_id AND r.type = 'refund'
                     AND back.grant_id = burned.grant_id), 0)::bigint
           FROM unnest(t.grant_ids, t.grant_amounts) WITH ORDINALITY AS burned (grant_id, amount, place)
          ORDER BY burned.place)
       ELSE '{}' END
  FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::uuid[]) AS asked (tenant_id, recorded_at, number, transfer_id)
  JOIN credits.transfers t USING (tenant_id, recorded_at, number, transfer_id);
