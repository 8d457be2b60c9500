-- A finished evaluation of the same rules on the same samples. The number of compared versions is part of the
-- question, because the paired verdict depends on it. Uses evaluations_by_selection.
SELECT result::text AS result
FROM shadow.evaluations
WHERE selection_id = $1
  AND rule_hash = $2
  AND baseline_hash IS NOT DISTINCT FROM $3
  AND compared_versions = $4
  AND status = 'completed'
  AND finished_at > now() - interval '15 minutes'
ORDER BY finished_at DESC
LIMIT 1
