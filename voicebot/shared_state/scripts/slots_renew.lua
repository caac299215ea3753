-- A holder lives and holds all these calls' slots, known or not. Returns how many are held by all.
-- ARGV: lease in ms, call ids.
local lease_ms = tonumber(ARGV[1])
local now = now_ms()
keep_alive(lease_ms)
for at = 2, #ARGV do
  redis.call('ZADD', held_key, now + lease_ms, ARGV[at])
end
return held(now, lease_ms)
