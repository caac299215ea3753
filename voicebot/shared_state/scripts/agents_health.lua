-- An agent tells how it does, and learns how all do and which step is forced.
-- KEYS: the agents, the forced step. ARGV: agent, lease in ms, how it does ("": it only asks).
local agents_key, forced_key = unpack(KEYS)
if ARGV[3] ~= '' then
  tell(agents_key, ARGV[1], ARGV[3], tonumber(ARGV[2]))
end
return add_told(agents_key, {redis.call('GET', forced_key) or ''})
