-- Schemas, the application role and the API keys.

CREATE SCHEMA credits;
CREATE SCHEMA shadow;
CREATE SCHEMA audit;

-- Every process but `assay migrate` works as this role: it may not change history, nor any table definition.
-- Roles belong to the cluster, so another database of ours may have made it already.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_app') THEN
    CREATE ROLE assay_app NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL; -- another database of the cluster was migrated at the same moment
END
$$;
-- Only who may not yet take the role on needs the grant, which takes the ADMIN OPTION. From PostgreSQL 16 on a role's
-- creator is a member without the right to SET it.
DO $$
BEGIN
  IF NOT pg_has_role(CURRENT_USER, 'assay_app',
                     CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
    GRANT assay_app TO CURRENT_USER;
  END IF;
END
$$;

GRANT USAGE ON SCHEMA assay, credits, shadow, audit TO assay_app;
GRANT SELECT ON assay.migrations TO assay_app;

CREATE TABLE assay.api_keys (
  key_id        text PRIMARY KEY,
  key_sha256    bytea NOT NULL UNIQUE CHECK (octet_length(key_sha256) = 32),
  name          text NOT NULL,
  scopes        text[] NOT NULL CHECK (cardinality(scopes) > 0),
  tenant_id     text,                       -- NULL: any tenant
  requests_per_second integer CHECK (requests_per_second > 0), -- NULL: the configured default
  created_at    timestamptz NOT NULL DEFAULT now(),
  revoked_at    timestamptz
);
GRANT SELECT, INSERT, UPDATE ON assay.api_keys TO assay_app;
