-- In key order, so that two processes never wait for each other in a circle.
SELECT tenant_id, available, held, leased, spent, expired, unresolved, version, date_part('epoch', recorded_at) * 1000,
       date_part('epoch', next_due_at) * 1000, alert_below, alert_armed
  FROM credits.accounts
 WHERE tenant_id = ANY ($1::text[])
 ORDER BY tenant_id
   FOR UPDATE;
