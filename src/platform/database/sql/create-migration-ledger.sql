CREATE SCHEMA IF NOT EXISTS assay;
CREATE TABLE IF NOT EXISTS assay.migrations (
  number        integer PRIMARY KEY,
  name          text NOT NULL,
  checksum      text NOT NULL,              -- SHA-256 of the file, hex
  applied_at    timestamptz NOT NULL DEFAULT now(),
  execution_ms  integer NOT NULL
);
