-- The units of which this is the first outcome, with the draw that assigned them where one is stored.
INSERT INTO shadow.ab_units AS u (test_id, unit, outcome_arm)
SELECT $1, g.unit, g.arm
FROM unnest($2::text[], $3::smallint[]) AS g (unit, arm)
ON CONFLICT (test_id, unit) DO UPDATE SET outcome_arm = EXCLUDED.outcome_arm WHERE u.outcome_arm IS NULL
RETURNING u.unit, u.assigned_arm, u.probability
