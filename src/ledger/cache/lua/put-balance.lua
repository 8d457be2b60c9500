-- Keeps a balance unless a newer version is known. A value is "<version>|<text>"; without a text it only says that
-- nothing older than the version is true any more.
-- KEYS[1] the tenant's key; ARGV: version, milliseconds to live, value.
local known = tonumber(string.match(redis.call('GETRANGE', KEYS[1], 0, 16), '^%d+'))
if known and known > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[2])
return 1
