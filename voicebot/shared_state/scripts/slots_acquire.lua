-- 1: the call has a slot now. ARGV: lease in ms, call id.
local lease_ms, call_id = tonumber(ARGV[1]), ARGV[2]
local now = now_ms()
keep_alive(lease_ms)
local count = held(now, lease_ms)
local has_one = redis.call('ZSCORE', held_key, call_id)
if not has_one and (redis.call('EXISTS', grace_key) == 1 or count >= capacity()) then
  return 0
end
redis.call('ZADD', held_key, now + lease_ms, call_id)
return 1
