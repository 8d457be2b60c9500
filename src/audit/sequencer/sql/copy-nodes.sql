COPY audit.nodes (level, first_index, node_count, hashes) FROM STDIN (FORMAT binary)
