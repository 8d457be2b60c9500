DROP TABLE credits.alert_deliveries, credits.webhooks;
ALTER TABLE credits.alerts DROP COLUMN reported_at;
-- The partitions stay, as partitions of tables that 0003 drops.
DROP FUNCTION credits.drop_idempotency_days, credits.make_idempotency_day, credits.make_transfers_month,
  credits.make_partition;
DROP INDEX credits.accounts_due;
DROP TABLE assay.scheduled_jobs;
REVOKE USAGE ON SCHEMA credits FROM assay_keeper;
-- The role stays: other databases of the cluster may use it.
