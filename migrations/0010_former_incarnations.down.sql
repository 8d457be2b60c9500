ALTER TABLE credits.sidecars DROP COLUMN former_incarnations;
