-- Uses deployments_untested.
SELECT count(*)::integer AS untested
FROM shadow.deployments
WHERE override_id IS NOT NULL AND status IN ('canary', 'active')
