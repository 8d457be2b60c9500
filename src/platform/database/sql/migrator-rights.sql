SELECT
  current_user AS login,
  EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_app') AS role_exists,
  (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_create_roles,
  has_database_privilege(current_database(), 'CREATE') AS may_create_schemas;
