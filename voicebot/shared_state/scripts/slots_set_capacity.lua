-- ARGV: how long this is believed, in ms; how many there are.
local before, count = capacity(), tonumber(ARGV[2])
redis.call('SET', capacity_key, count, 'PX', ARGV[1])
if count > before and held(now_ms()) < count then
  tell()
end
