-- For each chunk the positions of samples that repeat an earlier one of the selection: same request, same label.
-- Hashes that occur once, nearly all in most traffic, drop out before anything is sorted.
WITH samples AS (
  SELECT u.upload_id, c.first_index, u.first_ordinal + c.first_index + s.position - 1 AS ordinal,
    s.position, s.at, s.content_hash
  FROM shadow.sample_chunks AS c
  JOIN shadow.uploads AS u USING (dataset_id, upload_id),
    unnest(c.at, c.content_hash) WITH ORDINALITY AS s (at, content_hash, position)
  WHERE c.dataset_id = :dataset_id
    AND u.version <= :dataset_version
    AND (c.max_at >= :from_at OR :from_at IS NULL)
    AND (c.min_at < :to_at OR :to_at IS NULL)
    AND (s.at >= :window_from OR :window_from IS NULL)
    AND (s.at < :to_at OR :to_at IS NULL)
    AND (:cut_at IS NULL OR s.at > :cut_at
      OR (s.at = :cut_at AND u.first_ordinal + c.first_index + s.position - 1 >= :cut_ordinal))
),
repeated AS (
  SELECT content_hash FROM samples GROUP BY content_hash HAVING count(*) > 1
)
SELECT upload_id, first_index, array_agg((position - 1)::smallint) AS positions
FROM (
  SELECT upload_id, first_index, position,
    row_number() OVER (PARTITION BY content_hash ORDER BY at, ordinal) AS occurrence
  FROM samples
  JOIN repeated USING (content_hash)
) AS ranked
WHERE occurrence > 1
GROUP BY upload_id, first_index
