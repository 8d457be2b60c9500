DROP FUNCTION credits.grant_json(uuid, bigint, bigint, integer, timestamptz);
