-- Leaves the line; says whether the caller stood in it.
-- KEYS: order, tickets, ends, number, the claim, the changes. ARGV: call id, its holder ("" for any:
-- who looks after the caller no more takes no place from who does now).
local order, tickets, ends, claim, changes = KEYS[1], KEYS[2], KEYS[3], KEYS[5], KEYS[6]
local call_id, leaving = ARGV[1], ARGV[2]

local member, holder = ticket_of(tickets, call_id)
if member and leaving ~= '' and leaving ~= holder then
  return 0
end
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
