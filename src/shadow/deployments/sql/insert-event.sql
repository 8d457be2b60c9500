-- Writers of one rule take turns, so the next number is free.
INSERT INTO shadow.deployment_events
  (deployment_id, event_no, kind, from_percentage, to_percentage, reason, health, actor, at)
SELECT $1, coalesce(max(event_no), 0) + 1, $2, $3, $4, $5, $6, $7, clock_timestamp()
FROM shadow.deployment_events
WHERE deployment_id = $1
