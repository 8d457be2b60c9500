-- A tenant's datasets and the shared ones. pg_column_size reads what is stored without unpacking it.
SELECT name, tenant_id, version::float8 AS version, sample_count::float8 AS sample_count,
  attack_count::float8 AS attack_count, created_at, updated_at, stored.size_bytes::float8 AS size_bytes
FROM shadow.datasets
CROSS JOIN LATERAL (
  SELECT coalesce(sum(pg_column_size(body) + pg_column_size(at) + pg_column_size(content_hash)), 0) AS size_bytes
  FROM shadow.sample_chunks
  WHERE sample_chunks.dataset_id = datasets.dataset_id
) AS stored
WHERE tenant_id IN ($1, '*') AND version > 0
ORDER BY name, tenant_id = '*'
LIMIT $2
