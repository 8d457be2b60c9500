-- The same incarnation keeps its epoch: its first answer may have been lost.
INSERT INTO credits.sidecars AS s (owner, instance, incarnation, boot_id, epoch, registered_at)
VALUES ($1, $2, $3, $4, 1, credits.clock())
    ON CONFLICT (owner, instance) DO UPDATE
   SET epoch = s.epoch + (s.incarnation <> excluded.incarnation)::int, incarnation = excluded.incarnation,
       boot_id = excluded.boot_id, registered_at = excluded.registered_at
RETURNING epoch;
