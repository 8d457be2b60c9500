INSERT INTO audit.verifier_keys (verifier_key, role) VALUES ($1, $2) ON CONFLICT DO NOTHING
