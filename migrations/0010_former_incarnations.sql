-- A register that was under way while its process died must not fence the process that came after it, so the names that were
-- overtaken are kept: the last hundred, since a copy that is older than a hundred restarts is not under way any more.
ALTER TABLE credits.sidecars ADD COLUMN former_incarnations text[] NOT NULL DEFAULT '{}'
  CHECK (cardinality(former_incarnations) <= 100);
