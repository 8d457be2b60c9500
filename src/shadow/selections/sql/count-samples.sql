-- How many samples of a dataset version lie in [$3, $4), either end open when NULL.
-- Only chunks that straddle an end unpack their times; range scan on sample_chunks_pkey.
SELECT coalesce(sum(
    CASE
      WHEN (c.min_at >= $3::bigint OR $3 IS NULL) AND (c.max_at < $4::bigint OR $4 IS NULL) THEN c.sample_count
      ELSE (
        SELECT count(*) FROM unnest(c.at) AS sample (at)
        WHERE (sample.at >= $3 OR $3 IS NULL) AND (sample.at < $4 OR $4 IS NULL)
      )
    END
  ), 0)::bigint AS sample_count
FROM shadow.sample_chunks AS c
JOIN shadow.uploads AS u USING (dataset_id, upload_id)
WHERE c.dataset_id = $1
  AND u.version <= $2
  AND (c.max_at >= $3 OR $3 IS NULL)
  AND (c.min_at < $4 OR $4 IS NULL)
