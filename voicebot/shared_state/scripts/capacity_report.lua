-- An agent tells what it sees; whoever reckons for all learns everybody's.
-- KEYS: who reckons, the views. ARGV: agent, lease in ms, its view.
local leader_key, views_key = unpack(KEYS)
local agent, lease_ms, own = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('HSET', views_key, agent, (now + lease_ms) .. ' ' .. own)
redis.call('PEXPIRE', views_key, lease_ms)
local leader = redis.call('GET', leader_key)
if leader and leader ~= agent then
  return false
end
redis.call('SET', leader_key, agent, 'PX', lease_ms)
local live = {}
local entries = redis.call('HGETALL', views_key)
for at = 1, #entries, 2 do
  local ends, view = string.match(entries[at + 1], '^(%d+) (.+)$')
  if tonumber(ends) > now then
    live[#live + 1] = view
  else
    redis.call('HDEL', views_key, entries[at])
  end
end
return live
