SELECT assigned_arm, probability, outcome_arm FROM shadow.ab_units WHERE test_id = $1 AND unit = $2
