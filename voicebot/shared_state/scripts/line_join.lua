-- Joins, or shows the ticket again. Returns the member and how many stand before it.
-- KEYS: order, tickets, ends, number, the queues known. ARGV: call id, holder, lease in ms, what the
-- member begins with (rank and arrival), its number ("" for a new one), the queue.
local order, tickets, ends, number = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local call_id, holder, lease_ms, beginning = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local lasts_s = 86400

sweep(order, tickets, ends)
local member = ticket_of(tickets, call_id)
if not member then
  local mine = ARGV[5]
  if mine == '' then
    mine = string.format('%012d', redis.call('INCR', number))
  elseif tonumber(mine) > tonumber(redis.call('GET', number) or '0') then
    redis.call('SET', number, tonumber(mine))
  end
  member = beginning .. mine .. ':' .. call_id
  redis.call('ZADD', order, 0, member)
end
redis.call('HSET', tickets, call_id, holder .. ' ' .. member)
redis.call('SADD', KEYS[5], ARGV[6])
redis.call('ZADD', ends, now_ms() + tonumber(lease_ms), call_id)
-- Past the last ticket's lease nobody stands in it, and nobody may come who would sweep.
local empty_after_ms = tonumber(lease_ms) + 1000
for _, key in ipairs({order, tickets, ends}) do
  if redis.call('PTTL', key) < empty_after_ms then
    redis.call('PEXPIRE', key, empty_after_ms)
  end
end
redis.call('EXPIRE', number, lasts_s)
redis.call('EXPIRE', KEYS[5], lasts_s)
return {member, redis.call('ZRANK', order, member)}
