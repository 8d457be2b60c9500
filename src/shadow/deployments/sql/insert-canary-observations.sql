-- Repeated ids are left out; the ids that are new come back.
INSERT INTO shadow.canary_observations (deployment_id, observation_id, arm, error, latency_ms, at)
SELECT $1, g.id, g.arm, g.error, g.latency_ms, g.at
FROM unnest($2::text[], $3::smallint[], $4::boolean[], $5::double precision[], $6::timestamptz[])
  AS g (id, arm, error, latency_ms, at)
ON CONFLICT (deployment_id, observation_id) DO NOTHING
RETURNING observation_id
