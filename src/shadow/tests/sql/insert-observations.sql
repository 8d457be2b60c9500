-- Repeated ids are left out; the ids that are new come back.
INSERT INTO shadow.ab_observations (test_id, observation_id, arm, unit, success, error, latency_ms, at)
SELECT $1, g.id, g.arm, g.unit, g.success, g.error, g.latency_ms, g.at
FROM unnest($2::text[], $3::smallint[], $4::text[], $5::boolean[], $6::boolean[], $7::double precision[],
            $8::timestamptz[]) AS g (id, arm, unit, success, error, latency_ms, at)
ON CONFLICT (test_id, observation_id) DO NOTHING
RETURNING observation_id
