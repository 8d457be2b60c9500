-- Registering finds the leases that were given up for lost while the holder was away, too: what its journal says of them is
-- the evidence they wait for.
DROP INDEX credits.leases_by_holder;
CREATE INDEX leases_by_holder ON credits.leases (owner, instance) WHERE state IN ('active', 'unresolved');
