SELECT selection_id, dataset_id, dataset_version, window_from, window_to, sample_count, cut_at, cut_ordinal,
  repeats_known
FROM shadow.selections
WHERE selection_id = $1
