UPDATE shadow.ab_states SET state = $2 WHERE test_id = $1
