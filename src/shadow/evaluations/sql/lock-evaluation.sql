-- Held by the worker for as long as it evaluates, and let go by PostgreSQL the moment that worker dies.
-- 1095980869 is "ASSE" in ASCII: the class of our evaluation locks.
SELECT pg_try_advisory_xact_lock(1095980869, hashtext($1::uuid::text)) AS locked
