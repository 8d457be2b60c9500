INSERT INTO shadow.ab_variants (test_id, arm, variant_id, tenant_id, name, rule_id, rule_hash, traffic_percentage)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
