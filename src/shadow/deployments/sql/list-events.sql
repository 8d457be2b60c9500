SELECT kind, from_percentage, to_percentage, reason, health, actor, at
FROM shadow.deployment_events
WHERE deployment_id = $1
ORDER BY event_no
