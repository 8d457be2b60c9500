INSERT INTO audit.cosignatures (size, key_name, line) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
