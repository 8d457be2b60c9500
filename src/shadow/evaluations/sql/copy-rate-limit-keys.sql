COPY rate_limit_keys (leaf, key, at, ordinal, chunk, position) FROM STDIN (FORMAT binary)
