SELECT t.test_id, v.rule_id, t.challenger_rule_hash AS rule_hash, t.status, t.decision, t.reason, t.alpha
FROM shadow.ab_tests AS t
JOIN shadow.ab_variants AS v ON v.test_id = t.test_id AND v.arm = 1
WHERE t.test_id = $1 AND t.tenant_id = $2
