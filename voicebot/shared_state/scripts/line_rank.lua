-- Moves a caller up or down, who keeps arrival and number; returns the new member.
-- KEYS: order, tickets, ends, number, the changes. ARGV: call id, rank.
local order, tickets, changes = KEYS[1], KEYS[2], KEYS[5]
local call_id, rank = ARGV[1], ARGV[2]

local member, holder = ticket_of(tickets, call_id)
if not member then
  return false
end
local moved = rank .. string.sub(member, 2)
redis.call('ZREM', order, member)
redis.call('ZADD', order, 0, moved)
redis.call('HSET', tickets, call_id, holder .. ' ' .. moved)
tell(changes)
return moved
