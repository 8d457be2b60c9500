-- Which database this is, the same for every process and after a failover: what keys in a shared Redis begin with.
SELECT (SELECT system_identifier FROM pg_control_system()) || '-' || oid AS identity
FROM pg_database
WHERE datname = current_database()
