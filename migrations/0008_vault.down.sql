-- What is sealed under the keys can never be read again afterwards.
DROP TABLE audit.data_keys;
DROP FUNCTION audit.keep_destroyed();
