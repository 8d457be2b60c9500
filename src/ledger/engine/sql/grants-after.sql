-- The next grants of one tenant that burn, after the one of this rank. Uses grants_burn_order.
SELECT tenant_id, grant_id, number, amount, available, held, leased, priority,
       date_part('epoch', expires_at) * 1000, date_part('epoch', created_at) * 1000
  FROM credits.grants
 WHERE tenant_id = $1::text AND spendable
   AND (priority, expires_at, number) > ($2::int, $3::timestamptz, $4::bigint)
 ORDER BY priority, expires_at, number
 LIMIT $5::int;
