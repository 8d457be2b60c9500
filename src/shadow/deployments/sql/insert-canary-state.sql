INSERT INTO shadow.canary_states (deployment_id, state) VALUES ($1, $2)
