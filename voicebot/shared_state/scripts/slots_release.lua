-- ARGV: lease in ms, call id.
local count = held(now_ms(), tonumber(ARGV[1]))
if redis.call('ZREM', held_key, ARGV[2]) == 1 and count - 1 < capacity() then
  tell()
end
