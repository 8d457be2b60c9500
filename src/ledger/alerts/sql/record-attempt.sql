-- $2: the state; $3: in how many milliseconds to try again, where it is still pending; $4, $5: status and error.
UPDATE credits.alert_deliveries
SET
  state = $2,
  next_attempt_at = now() + $3 * interval '1 millisecond',
  last_status = $4,
  last_error = $5,
  ended_at = CASE $2 WHEN 'pending' THEN NULL ELSE now() END
WHERE alert_id = $1 AND state = 'pending'
