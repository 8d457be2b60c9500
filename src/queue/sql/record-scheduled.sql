INSERT INTO assay.scheduled_jobs (job, started_at, succeeded_at)
VALUES ($1, now(), clock_timestamp())
ON CONFLICT (job) DO UPDATE SET started_at = EXCLUDED.started_at, succeeded_at = EXCLUDED.succeeded_at
