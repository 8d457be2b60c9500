-- bytea compares by bytes, whatever the collation.
SELECT leaf, key, at, chunk, position FROM rate_limit_keys ORDER BY leaf, key, at, ordinal
