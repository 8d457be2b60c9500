SELECT credits.drop_idempotency_days($1 * interval '1 hour') AS dropped
