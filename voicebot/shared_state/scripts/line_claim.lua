-- Takes the first caller of all these queues in hand, if the asking holder looks after that one
-- and nobody else is in hand. Returns the queue (from 1), the member and the holder.
-- KEYS: the claim, then four of each queue. ARGV: holder ("" claims for all), lease in ms.
local claim, asking, lease_ms = KEYS[1], ARGV[1], ARGV[2]

if redis.call('EXISTS', claim) == 1 then
  return false
end
local first, first_queue
for at = 2, #KEYS, 4 do
  sweep(KEYS[at], KEYS[at + 1], KEYS[at + 2])
  local head = redis.call('ZRANGE', KEYS[at], 0, 0)[1]
  if head and (not first or head < first) then
    first, first_queue = head, (at + 2) / 4
  end
end
if not first then
  return false
end
local call_id = string.match(first, '^[^:]*:(.*)$')
local _, holder = ticket_of(KEYS[4 * first_queue - 1], call_id)
if asking ~= '' and asking ~= holder then
  return false
end
redis.call('SET', claim, call_id, 'PX', lease_ms)
return {first_queue, first, holder}
