-- 1: the successor has the call's slot now. ARGV: lease in ms, call id, its successor.
local now = now_ms()
held(now)
if redis.call('ZREM', held_key, ARGV[2]) == 0 then
  return 0
end
redis.call('ZADD', held_key, now + tonumber(ARGV[1]), ARGV[3])
return 1
