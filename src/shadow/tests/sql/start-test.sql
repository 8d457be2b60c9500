-- The first assignment or observation starts the clock; later ones find nothing to do.
UPDATE shadow.ab_tests SET status = 'running', started_at = now() WHERE test_id = $1 AND status = 'draft'
