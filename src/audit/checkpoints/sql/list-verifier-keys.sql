SELECT verifier_key, role FROM audit.verifier_keys ORDER BY role, created_at, verifier_key
