SELECT
  job,
  extract(epoch FROM succeeded_at)::float8 AS succeeded_at_seconds,
  (extract(epoch FROM now() - started_at) * 1000)::float8 AS started_ms_ago,
  report
FROM assay.scheduled_jobs
