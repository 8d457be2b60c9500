-- Whether the job was done within the last $2 milliseconds.
SELECT FROM assay.scheduled_jobs WHERE job = $1 AND started_at > now() - $2 * interval '1 millisecond'
