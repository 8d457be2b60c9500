SELECT selection_id, sample_count, cut_at, cut_ordinal
FROM shadow.selections
WHERE dataset_id = $1
  AND dataset_version = $2
  AND window_from IS NOT DISTINCT FROM $3::bigint
  AND window_to IS NOT DISTINCT FROM $4::bigint
  AND sample_size IS NOT DISTINCT FROM $5::bigint
