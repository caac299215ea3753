-- Keeps a call's context, and the call among those that have one, for as long.
-- KEYS: the context, the calls by the end of theirs. ARGV: the call, its context, for how many
-- seconds. What has ended leaves the second with whichever is saved next.

local now = tonumber(redis.call("TIME")[1])
local lifetime = tonumber(ARGV[3])
redis.call("SET", KEYS[1], ARGV[2], "EX", lifetime)
redis.call("ZREMRANGEBYSCORE", KEYS[2], "-inf", now)
redis.call("ZADD", KEYS[2], now + lifetime, ARGV[1])
redis.call("EXPIRE", KEYS[2], lifetime)
