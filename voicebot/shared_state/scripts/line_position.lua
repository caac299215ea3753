-- How many stand before a caller; false: does not wait.
-- KEYS: order, tickets. ARGV: call id.
local member = ticket_of(KEYS[2], ARGV[1])
return member and redis.call('ZRANK', KEYS[1], member)
