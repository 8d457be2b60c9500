-- Past the retention a key is new again. Uses the primary key of each day's partition. The bounds are asked for once, so
-- that partitions outside them are not looked at; the upper one leaves out those made ahead, with a day for clocks that
-- went back.
SELECT asked.tenant_id, encode(asked.key_sha256, 'base64'), encode(known.request_sha256, 'base64'), known.status, known.body
  FROM (SELECT unnest($1::text[]) AS tenant_id, unnest($2::bytea[]) AS key_sha256) AS asked
 CROSS JOIN LATERAL (
   SELECT k.request_sha256, k.status, k.body
     FROM credits.idempotency_keys k
    WHERE k.tenant_id = asked.tenant_id AND k.key_sha256 = asked.key_sha256
      AND k.created_at > (SELECT credits.clock() - make_interval(secs => $3::float8))
      AND k.created_at < (SELECT credits.clock() + interval '1 day')
    ORDER BY k.created_at DESC
    LIMIT 1
 ) AS known;
