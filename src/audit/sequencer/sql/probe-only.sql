-- Whatever the planner believes of a table that is always changing, the outbox is probed.
SET LOCAL enable_seqscan = off
