DO $$
DECLARE
  month_table text;
BEGIN
  -- Months that were detached are no part of audit.entries any more.
  FOR month_table IN SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'audit'::regnamespace
    AND c.relkind = 'r' AND c.relname ~ '^entries_\d{4}_\d{2}$' AND NOT c.relispartition LOOP
    EXECUTE format('DROP TABLE audit.%I', month_table);
  END LOOP;
END
$$;
DROP TABLE audit.tenant_heads, audit.retired_months, audit.verifier_keys, audit.cosignatures, audit.checkpoints,
  audit.head, audit.nodes, audit.entries, audit.outbox;
DROP FUNCTION audit.make_month, audit.note_tenant_heads, audit.detach_month, audit.drop_month, audit.month_table;
REVOKE USAGE ON SCHEMA audit FROM assay_sequencer, assay_keeper;
-- The roles stay: other databases of the cluster may use them.
