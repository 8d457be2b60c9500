DROP TABLE credits.alerts, credits.payments, credits.idempotency_keys, credits.holds, credits.transfers, credits.grants,
  credits.accounts;
DROP TYPE credits.transfer_type, credits.account;
DROP FUNCTION credits.clock();
