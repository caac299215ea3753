-- An agent tells its correction; whoever reckons for all learns everybody's.
-- KEYS: who reckons, the corrections. ARGV: agent, lease in ms, its correction ("": none yet).
local leader_key, corrections_key = unpack(KEYS)
local agent, lease_ms, own = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if own ~= '' then
  redis.call('HSET', corrections_key, agent, (now + lease_ms) .. ' ' .. own)
  redis.call('PEXPIRE', corrections_key, lease_ms)
end
local leader = redis.call('GET', leader_key)
if leader and leader ~= agent then
  return false
end
redis.call('SET', leader_key, agent, 'PX', lease_ms)
local live = {}
local entries = redis.call('HGETALL', corrections_key)
for at = 1, #entries, 2 do
  local ends, correction = string.match(entries[at + 1], '^(%d+) (.+)$')
  if tonumber(ends) > now then
    live[#live + 1] = correction
  else
    redis.call('HDEL', corrections_key, entries[at])
  end
end
return live
