-- 1: the successor has the call's slot now. ARGV: lease in ms, call id, its successor.
local now, lease_ms = now_ms(), tonumber(ARGV[1])
held(now, lease_ms)
if redis.call('ZREM', held_key, ARGV[2]) == 0 then
  return 0
end
redis.call('ZADD', held_key, now + lease_ms, ARGV[3])
return 1
