-- ARGV: lease in ms (not used), call id.
local count = held(now_ms())
if redis.call('ZREM', held_key, ARGV[2]) == 1 and count - 1 < capacity() then
  tell()
end
