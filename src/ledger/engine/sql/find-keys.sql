-- Past the retention a key is new again. Uses the primary key of each day's partition.
SELECT asked.tenant_id, encode(asked.key_sha256, 'base64'), encode(known.request_sha256, 'base64'), known.status, known.body
  FROM unnest($1::text[], $2::bytea[]) AS asked (tenant_id, key_sha256)
 CROSS JOIN LATERAL (
   SELECT k.request_sha256, k.status, k.body
     FROM credits.idempotency_keys k
    WHERE k.tenant_id = asked.tenant_id AND k.key_sha256 = asked.key_sha256
      AND k.created_at > credits.clock() - make_interval(secs => $3::float8)
    ORDER BY k.created_at DESC
    LIMIT 1
 ) AS known;
