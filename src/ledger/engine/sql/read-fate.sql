-- NULL or an error: the server knows the transaction no longer, or not yet again.
SELECT pg_xact_status($1::xid8) AS status;
