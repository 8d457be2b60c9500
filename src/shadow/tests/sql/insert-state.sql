INSERT INTO shadow.ab_states (test_id, state) VALUES ($1, $2)
