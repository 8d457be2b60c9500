DROP TABLE assay.api_keys;
DROP SCHEMA credits, shadow, audit;
-- The role stays: other databases of the cluster may use it.
