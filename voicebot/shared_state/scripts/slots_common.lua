-- What the scripts of the slots share; each of them begins with this text.
-- KEYS: calls by the end of their lease, the sign of a living ledger, the grace, the capacity, the
-- stream of changes.

local held_key, alive_key, grace_key, capacity_key, changes_key = unpack(KEYS)

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function tell()
  redis.call('XADD', changes_key, 'MAXLEN', '~', 100, '*', 'changed', 'slots')
end

local function capacity()
  return tonumber(redis.call('GET', capacity_key) or '0')
end

-- Those whose lease has ended come back; how many are held then. No lease is longer than one from
-- now, also where the clock went back, or what nobody holds would be held for as long.
local function held(now, lease_ms)
  if lease_ms then
    local ends = now + lease_ms
    for _, call_id in ipairs(redis.call('ZRANGEBYSCORE', held_key, '(' .. ends, '+inf')) do
      redis.call('ZADD', held_key, ends, call_id)
    end
  end
  local lapsed = redis.call('ZREMRANGEBYSCORE', held_key, '-inf', now)
  local count = redis.call('ZCARD', held_key)
  if lapsed > 0 and count < capacity() then
    tell()
  end
  return count
end

-- Nobody has renewed for a lease: Redis was away, or lost what it knew. From now on the living
-- holders show what they hold, and nothing new is given for one lease.
local function keep_alive(lease_ms)
  if redis.call('EXISTS', alive_key) == 0 then
    redis.call('SET', grace_key, '', 'PX', lease_ms)
  end
  redis.call('SET', alive_key, '', 'PX', lease_ms)
end
