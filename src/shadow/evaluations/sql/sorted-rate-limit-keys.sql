-- bytea compares by bytes, whatever the collation.
SELECT sort_key, place FROM rate_limit_keys ORDER BY sort_key
