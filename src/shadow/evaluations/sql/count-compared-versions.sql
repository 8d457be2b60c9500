-- How many versions of this rule have been compared on this dataset, this one included. Uses evaluations_compared.
SELECT count(DISTINCT rule_hash)::integer AS versions
FROM shadow.evaluations
WHERE tenant_id = $1
  AND rule_id = $2
  AND dataset_id = $3
  AND baseline_hash IS NOT NULL
