-- Locked, so that a sidecar that registers anew waits for the leases its former incarnation is being given.
SELECT s.owner, s.instance, s.epoch, s.boot_id
  FROM credits.sidecars s
  JOIN unnest($1::text[], $2::text[]) AS asked (owner, instance) USING (owner, instance)
 ORDER BY s.owner, s.instance
   FOR SHARE OF s;
