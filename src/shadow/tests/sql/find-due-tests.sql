-- Running tests with something new to look at: observations since the last look, or a duration that is over. Uses
-- ab_tests_running; those looked at longest ago come first, so that a bounded run starves none.
SELECT test_id
FROM shadow.ab_tests
WHERE status = 'running'
  AND (evaluated_at IS NULL OR observed_at >= evaluated_at
       OR started_at + max_duration_s * interval '1 second' <= to_timestamp($1 / 1000.0))
ORDER BY evaluated_at NULLS FIRST
LIMIT $2
