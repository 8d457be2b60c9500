UPDATE shadow.canary_states SET state = $2 WHERE deployment_id = $1
