SELECT
  current_user AS login,
  (SELECT count(*) = 4 FROM pg_roles
   WHERE rolname IN ('assay_app', 'assay_judge', 'assay_sequencer', 'assay_keeper')) AS role_exists,
  (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_create_roles,
  has_database_privilege(current_database(), 'CREATE') AS may_create_schemas;
