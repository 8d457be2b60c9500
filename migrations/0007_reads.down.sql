DROP FUNCTION credits.grant_json(uuid, bigint, bigint, integer, timestamptz);
DROP INDEX credits.transfers_by_time;
DROP TABLE credits.summary_progress, credits.hourly_summaries;
