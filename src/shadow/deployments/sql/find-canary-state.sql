SELECT state::text AS state FROM shadow.canary_states WHERE deployment_id = $1
