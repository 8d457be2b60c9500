UPDATE shadow.ab_tests
SET observed_at = now(), challenger_share = $2,
  status = CASE WHEN status = 'draft' THEN 'running' ELSE status END,
  started_at = coalesce(started_at, now())
WHERE test_id = $1
