-- Leaves the line; says whether the caller stood in it.
-- KEYS: order, tickets, ends, number, the claim, the changes. ARGV: call id.
local order, tickets, ends, claim, changes = KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[6]
local call_id = ARGV[1]

local member = ticket_of(tickets, call_id)
local was_claimed = redis.call('GET', claim) == call_id
if was_claimed then
  redis.call('DEL', claim)
end
local was_head = member and redis.call('ZRANK', order, member) == 0
local was_there = remove(order, tickets, ends, call_id)
if was_claimed or was_head then
  tell(changes)
end
return was_there and 1 or 0
