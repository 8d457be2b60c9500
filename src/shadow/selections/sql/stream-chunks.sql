SELECT u.upload_id, c.first_index, u.first_ordinal + c.first_index AS first_ordinal, r.repeats, c.body
FROM shadow.sample_chunks AS c
JOIN shadow.uploads AS u USING (dataset_id, upload_id)
LEFT JOIN shadow.selection_repeats AS r
  ON r.selection_id = :selection_id AND r.upload_id = c.upload_id AND r.first_index = c.first_index
WHERE c.dataset_id = :dataset_id
  AND u.version <= :dataset_version
  AND (c.max_at >= :from_at OR :from_at IS NULL)
  AND (c.min_at < :to_at OR :to_at IS NULL)
