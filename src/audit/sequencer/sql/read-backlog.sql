-- Two ends of the outbox's key and two of one-row reads: what a poll may cost. The span of ids is at least what waits.
SELECT
  COALESCE((SELECT max(id) FROM audit.outbox) - (SELECT min(id) FROM audit.outbox) + 1, 0) AS waiting,
  (SELECT size FROM audit.head) AS size,
  (SELECT size FROM audit.checkpoints ORDER BY size DESC LIMIT 1) AS published
