-- Held for as long as the job runs, and let go by PostgreSQL the moment its worker dies. Nothing is written before the
-- end, so that a long run does not keep vacuum from its work. 1095980874 is "ASSJ" in ASCII: the class of these locks.
SELECT pg_try_advisory_xact_lock(1095980874, hashtext($1)) AS locked
