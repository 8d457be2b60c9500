-- Whoever changes what is live for a rule takes turns; let go at the end of the transaction. 1095976016 is "ASDP" in
-- ASCII, the class of these locks; shadow.note_replaced() takes the same one. Two rules of one hash wait for each other
-- now and then, which costs nothing but the wait.
SELECT pg_advisory_xact_lock(1095976016, hashtext($1 || chr(10) || $2))
