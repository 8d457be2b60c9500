-- Takes the dataset's row lock, the only one of an upload, and holds it until the commit that follows at once.
WITH dataset AS (
  UPDATE shadow.datasets
  SET version = version + 1, sample_count = sample_count + $3, attack_count = attack_count + $4, updated_at = now()
  WHERE dataset_id = $1
  RETURNING dataset_id, version, sample_count
)
INSERT INTO shadow.uploads (dataset_id, upload_id, version, first_ordinal, sample_count)
SELECT dataset_id, $2, version, sample_count - $3, $3 FROM dataset
RETURNING version::float8 AS version
