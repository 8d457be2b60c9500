-- Two requests may work out the same selection at once; the first row stays and both read it.
INSERT INTO shadow.selections
  (dataset_id, dataset_version, window_from, window_to, sample_size, sample_count, cut_at, cut_ordinal)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
