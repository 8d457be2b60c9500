-- The $5-th most recent sample by (time, arrival ordinal) of a dataset version within [$3, $4).
-- `bound` is a time that at least $5 samples reach, from chunk summaries alone, so that on traffic that arrived
-- roughly in order only the last few chunks are unpacked.
WITH chunks AS (
  SELECT c.*, u.first_ordinal + c.first_index AS first_ordinal
  FROM shadow.sample_chunks AS c
  JOIN shadow.uploads AS u USING (dataset_id, upload_id)
  WHERE c.dataset_id = $1
    AND u.version <= $2
    AND (c.max_at >= $3::bigint OR $3 IS NULL)
    AND (c.min_at < $4::bigint OR $4 IS NULL)
),
bound AS (
  SELECT max(min_at) AS at
  FROM (
    SELECT min_at, sum(sample_count) OVER (ORDER BY min_at DESC) AS reached
    FROM chunks
    WHERE max_at < $4 OR $4 IS NULL
  ) AS running
  WHERE reached >= $5::bigint
)
SELECT sample.at, chunks.first_ordinal + sample.position - 1 AS ordinal
FROM chunks, bound, unnest(chunks.at) WITH ORDINALITY AS sample (at, position)
WHERE (chunks.max_at >= bound.at OR bound.at IS NULL)
  AND (sample.at >= bound.at OR bound.at IS NULL)
  AND (sample.at >= $3 OR $3 IS NULL)
  AND (sample.at < $4 OR $4 IS NULL)
ORDER BY sample.at DESC, ordinal DESC
OFFSET $5::bigint - 1
LIMIT 1
