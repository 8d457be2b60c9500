-- Data keys: what payment tokens and other recoverable personal data are sealed under. docs/explanation/payment-data.md.

CREATE TABLE audit.data_keys (
  tenant_id    text COLLATE "C" NOT NULL,
  data_key_id  uuid NOT NULL,              -- also in the header of everything sealed under the key
  subject      text COLLATE "C" NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),
  kek_id       text COLLATE "C" NOT NULL,  -- the key of ENCRYPTION_KEYS that wraps it
  wrapped_key  bytea CHECK (octet_length(wrapped_key) = 60), -- nonce 12, key 32, tag 16; NULL once destroyed
  created_at   timestamptz NOT NULL DEFAULT now(),
  rewrapped_at timestamptz,
  destroyed_at timestamptz,
  PRIMARY KEY (tenant_id, data_key_id),
  CHECK ((wrapped_key IS NULL) = (destroyed_at IS NOT NULL))
);
-- A subject has one key at a time. Data that comes after an erasure gets a new one.
CREATE UNIQUE INDEX data_keys_live ON audit.data_keys (tenant_id, subject) WHERE destroyed_at IS NULL;
-- What a rotation has still to do, in the order in which it does it.
CREATE INDEX data_keys_by_kek ON audit.data_keys (kek_id, tenant_id, data_key_id) WHERE destroyed_at IS NULL;

-- The row of a destroyed key stays, as the record that there was one; whose key it is and which never changes.
GRANT SELECT, INSERT ON audit.data_keys TO assay_app;
GRANT UPDATE (kek_id, wrapped_key, rewrapped_at, destroyed_at) ON audit.data_keys TO assay_app;

CREATE FUNCTION audit.keep_destroyed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'data key % was destroyed and stays destroyed', OLD.data_key_id
    USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER keep_destroyed BEFORE UPDATE ON audit.data_keys
  FOR EACH ROW WHEN (OLD.destroyed_at IS NOT NULL) EXECUTE FUNCTION audit.keep_destroyed();
