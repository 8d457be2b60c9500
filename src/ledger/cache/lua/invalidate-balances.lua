-- Marks balances as outdated and then tells every process. The mark stays as long as a balance would: a slow reader
-- cannot put an older one back.
-- KEYS the tenants' keys; ARGV: channel, message, milliseconds to live, then a version for each key.
for i, key in ipairs(KEYS) do
  local version = ARGV[3 + i]
  local known = tonumber(string.match(redis.call('GETRANGE', key, 0, 16), '^%d+'))
  if not known or known < tonumber(version) then redis.call('SET', key, version .. '|', 'PX', ARGV[3]) end
end
redis.call('PUBLISH', ARGV[1], ARGV[2])
return #KEYS
