-- Ends with the transaction, and the transaction with its process, or when that has been frozen for long. 1096107091 is "AUDS".
SELECT pg_try_advisory_xact_lock(1096107091) AS mine
