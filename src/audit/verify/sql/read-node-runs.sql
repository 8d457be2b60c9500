-- The stored rows that hold nodes from … to of each level; primary key of audit.nodes.
SELECT wanted.level, n.first_index, n.node_count, n.hashes
FROM unnest($1::smallint[], $2::bigint[], $3::bigint[]) AS wanted (level, from_index, to_index)
JOIN audit.nodes n ON n.level = wanted.level
  AND n.first_index < wanted.to_index
  AND n.first_index >= COALESCE((SELECT max(b.first_index) FROM audit.nodes b
                                 WHERE b.level = wanted.level AND b.first_index <= wanted.from_index), 0)
ORDER BY n.level, n.first_index
