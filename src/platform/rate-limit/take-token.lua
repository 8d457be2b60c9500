-- Takes one token of the bucket KEYS[1]. ARGV: capacity, refill per second.
-- Answers {allowed (0 or 1), whole tokens left, milliseconds until the next token}.
-- The time is Redis's own, so that the processes that share the bucket need not agree on theirs.
local capacity = tonumber(ARGV[1])
local per_ms = tonumber(ARGV[2]) / 1000
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(bucket[1]) or capacity
local at = tonumber(bucket[2]) or now
tokens = math.min(capacity, tokens + math.max(0, now - at) * per_ms)
local allowed = 0
if tokens >= 1 then
  tokens = tokens - 1
  allowed = 1
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.6f', tokens), 'at', string.format('%.3f', now))
-- A full bucket is the same as none, so it may be forgotten once it would be full.
redis.call('PEXPIRE', KEYS[1], math.ceil((capacity - tokens) / per_ms) + 1000)
return { allowed, math.floor(tokens), math.ceil(math.max(0, 1 - tokens) / per_ms) }
