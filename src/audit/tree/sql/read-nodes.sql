-- One probe of the primary key and one 32-byte slice a node.
SELECT wanted.position, substring(run.hashes FROM (32 * (wanted.index - run.first_index) + 1)::int FOR 32) AS hash
FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS wanted (level, index, position),
  LATERAL (
    SELECT n.first_index, n.node_count, n.hashes
    FROM audit.nodes n
    WHERE n.level = wanted.level AND n.first_index <= wanted.index
    ORDER BY n.first_index DESC
    LIMIT 1
  ) AS run
WHERE wanted.index < run.first_index + run.node_count
