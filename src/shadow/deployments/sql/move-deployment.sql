-- Where a deployment stands from now on. One that becomes active out of a rollout supersedes what it replaces, by a
-- trigger. Its stage begins anew where it gets another share of the traffic.
UPDATE shadow.deployments
SET status = $2, stage = $3, percentage = $4, reason = $5,
  stage_started_at = CASE WHEN percentage = $4 AND stage = $3 THEN stage_started_at ELSE clock_timestamp() END,
  checked_at = CASE WHEN $6 THEN clock_timestamp() ELSE checked_at END,
  finished_at = CASE WHEN $2 IN ('superseded', 'rolled_back') THEN clock_timestamp() END
WHERE deployment_id = $1
