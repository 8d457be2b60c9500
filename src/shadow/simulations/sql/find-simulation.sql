SELECT simulation_id, tenant_id, request, result, created_at, finished_at
FROM shadow.simulations
WHERE simulation_id = $1
