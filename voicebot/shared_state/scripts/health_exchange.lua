-- An agent tells how it does, and learns how all do and which step is forced.
-- KEYS: the agents, the forced step. ARGV: agent, lease in ms, how it does ("": it only asks).
local agents_key, forced_key = unpack(KEYS)
local agent, lease_ms, own = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if own ~= '' then
  redis.call('HSET', agents_key, agent, (now + lease_ms) .. ' ' .. own)
  redis.call('PEXPIRE', agents_key, lease_ms)
end
local live = {redis.call('GET', forced_key) or ''}
local entries = redis.call('HGETALL', agents_key)
for at = 1, #entries, 2 do
  local ends, told = string.match(entries[at + 1], '^(%d+) (.+)$')
  if tonumber(ends) > now then
    live[#live + 1] = told
  else
    redis.call('HDEL', agents_key, entries[at])
  end
end
return live
