-- The same incarnation keeps its epoch: its first answer may have been lost. One that was overtaken gets no row: its register
-- was under way while another one started.
INSERT INTO credits.sidecars AS s (owner, instance, incarnation, boot_id, epoch, registered_at)
VALUES ($1, $2, $3, $4, 1, credits.clock())
    ON CONFLICT (owner, instance) DO UPDATE
   SET epoch = s.epoch + (s.incarnation <> excluded.incarnation)::int, incarnation = excluded.incarnation,
       boot_id = excluded.boot_id, registered_at = excluded.registered_at,
       former_incarnations = CASE
         WHEN s.incarnation = excluded.incarnation THEN s.former_incarnations
         ELSE (s.former_incarnations || s.incarnation)[greatest(1, cardinality(s.former_incarnations) - 98):]
       END
 WHERE excluded.incarnation <> ALL (s.former_incarnations)
RETURNING epoch;
