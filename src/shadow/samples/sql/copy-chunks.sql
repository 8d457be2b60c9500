COPY shadow.sample_chunks
  (dataset_id, upload_id, first_index, sample_count, attack_count, min_at, max_at, at, content_hash, body)
FROM STDIN (FORMAT binary)
