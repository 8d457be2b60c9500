-- A handful of ids over millions of rows: one step of index data_keys_by_kek an id instead of reading all of it.
WITH RECURSIVE used AS (
  (SELECT kek_id FROM audit.data_keys WHERE destroyed_at IS NULL ORDER BY kek_id LIMIT 1)
  UNION ALL
  SELECT (SELECT k.kek_id FROM audit.data_keys k
          WHERE k.destroyed_at IS NULL AND k.kek_id > used.kek_id ORDER BY k.kek_id LIMIT 1)
  FROM used WHERE used.kek_id IS NOT NULL
)
SELECT kek_id FROM used WHERE kek_id IS NOT NULL;
