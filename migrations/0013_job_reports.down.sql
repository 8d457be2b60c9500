ALTER TABLE assay.scheduled_jobs DROP COLUMN report;
