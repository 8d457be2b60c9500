INSERT INTO shadow.simulations (simulation_id, tenant_id, request) VALUES ($1, $2, $3)
