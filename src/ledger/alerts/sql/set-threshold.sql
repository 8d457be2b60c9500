-- Another threshold arms the alert anew: where the balance is low already, the next transfer raises it. The same one
-- changes nothing, so that a caller who repeats it does not repeat the alert. Unknown tenants (version 0) have no row to
-- change.
UPDATE credits.accounts
SET alert_below = $2, alert_armed = alert_armed OR alert_below IS DISTINCT FROM $2
WHERE tenant_id = $1 AND version > 0
RETURNING available
