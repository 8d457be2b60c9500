-- Entries of a month that are in the log; both NULL when there are none. PostgreSQL prunes all other partitions.
SELECT min(seq) AS first_seq, max(seq) AS last_seq
FROM audit.entries
WHERE sequenced_at >= $1::date::timestamp AT TIME ZONE 'UTC'
  AND sequenced_at < ($1::date + interval '1 month')::timestamp AT TIME ZONE 'UTC'
