INSERT INTO assay.migrations (number, name, checksum, execution_ms) VALUES ($1, $2, $3, $4);
