INSERT INTO assay.scheduled_jobs (job, started_at, succeeded_at, report)
VALUES ($1, now(), clock_timestamp(), $2)
ON CONFLICT (job) DO UPDATE SET started_at = EXCLUDED.started_at, succeeded_at = EXCLUDED.succeeded_at, report = EXCLUDED.report
