DROP INDEX credits.leases_by_holder;
CREATE INDEX leases_by_holder ON credits.leases (owner, instance) WHERE state = 'active';
