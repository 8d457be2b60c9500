-- What a scheduled job found at its last run, for the metrics of every worker: a violation must not be forgotten because the
-- worker that found it was restarted. docs/explanation/ledger-upkeep.md.
ALTER TABLE assay.scheduled_jobs ADD COLUMN report jsonb;
