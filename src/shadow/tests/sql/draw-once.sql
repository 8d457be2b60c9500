-- The draw that stands for a unit: the one stored before, or this one. By the primary key (test_id, unit). No row where
-- another request stored one at the same moment: asked again, that one is found.
WITH known AS (
  SELECT assigned_arm, probability, outcome_arm FROM shadow.ab_units WHERE test_id = $1 AND unit = $2
), stored AS (
  INSERT INTO shadow.ab_units (test_id, unit, assigned_arm, probability, assigned_at)
  SELECT $1, $2, $3, $4, now() WHERE NOT EXISTS (SELECT FROM known)
  ON CONFLICT (test_id, unit) DO NOTHING
  RETURNING assigned_arm, probability, outcome_arm
)
SELECT assigned_arm, probability, outcome_arm FROM known
UNION ALL
SELECT assigned_arm, probability, outcome_arm FROM stored
