-- The first assignment of a unit stands: for a later one no row is returned.
INSERT INTO shadow.ab_units (test_id, unit, assigned_arm, probability, assigned_at)
VALUES ($1, $2, $3, $4, now())
ON CONFLICT (test_id, unit) DO NOTHING
RETURNING assigned_arm, probability
