COPY rate_limit_keys (sort_key, place) FROM STDIN (FORMAT binary)
