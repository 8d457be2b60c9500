-- After the locks: whatever was decided under them before is dated no later. The transaction's id tells whether it
-- is still in progress should the answer to COMMIT be lost.
SELECT date_part('epoch', credits.clock()) * 1000, pg_current_xact_id();
