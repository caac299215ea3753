-- What the scripts of the waiting line share; each of them begins with this text.
-- KEYS of a queue: its callers in order, their tickets, the tickets' ends, the last number.
-- The order is that of the members' bytes, for all scores are 0: rank, arrival, number, call id.
-- A ticket is "<holder> <member>".

local SWEPT_AT_ONCE = 20  -- so that no one question takes long; the next one goes on

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function ticket_of(tickets, call_id)
  local ticket = redis.call('HGET', tickets, call_id)
  if not ticket then
    return nil, nil
  end
  local holder, member = string.match(ticket, '^(%S*) (.*)$')
  return member, holder
end

local function remove(order, tickets, ends, call_id)
  local member = ticket_of(tickets, call_id)
  if not member then
    return false
  end
  redis.call('ZREM', order, member)
  redis.call('HDEL', tickets, call_id)
  redis.call('ZREM', ends, call_id)
  return true
end

local function sweep(order, tickets, ends)
  local lapsed = redis.call('ZRANGEBYSCORE', ends, '-inf', now_ms(), 'LIMIT', 0, SWEPT_AT_ONCE)
  for _, call_id in ipairs(lapsed) do
    remove(order, tickets, ends, call_id)
  end
end

local function tell(changes)
  redis.call('XADD', changes, 'MAXLEN', '~', 100, '*', 'changed', 'line')
end
