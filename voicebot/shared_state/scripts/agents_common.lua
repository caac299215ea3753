-- What agents tell each other, each word for a lease: a hash of agents, each with "ends what".

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function tell(key, agent, word, lease_ms)
  redis.call('HSET', key, agent, (now_ms() + lease_ms) .. ' ' .. word)
  redis.call('PEXPIRE', key, lease_ms)
end

-- Adds the words of the living to `found`, and forgets the others'.
local function add_told(key, found)
  local now, entries = now_ms(), redis.call('HGETALL', key)
  for at = 1, #entries, 2 do
    local ends, word = string.match(entries[at + 1], '^(%d+) (.+)$')
    if tonumber(ends) > now then
      found[#found + 1] = word
    else
      redis.call('HDEL', key, entries[at])
    end
  end
  return found
end

