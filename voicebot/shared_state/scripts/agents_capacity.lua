-- An agent tells what it sees; whoever reckons for all learns everybody's.
-- KEYS: who reckons, the views. ARGV: agent, lease in ms, its view.
local leader_key, views_key = unpack(KEYS)
local agent, lease_ms = ARGV[1], tonumber(ARGV[2])
tell(views_key, agent, ARGV[3], lease_ms)
local leader = redis.call('GET', leader_key)
if leader and leader ~= agent then
  return false
end
redis.call('SET', leader_key, agent, 'PX', lease_ms)
return add_told(views_key, {})
