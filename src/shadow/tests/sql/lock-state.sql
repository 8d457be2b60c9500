SELECT state::text AS state FROM shadow.ab_states WHERE test_id = $1 FOR UPDATE
