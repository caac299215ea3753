-- There was no slot: the caller in hand waits on. Told only if somebody else stands first by now,
-- or else whoever gives back would wake itself for ever.
-- KEYS: the claim, the changes, then the order of each queue. ARGV: call id.
local claim, changes, call_id = KEYS[1], KEYS[2], ARGV[1]

if redis.call('GET', claim) ~= call_id then
  return
end
redis.call('DEL', claim)
local first
for at = 3, #KEYS do
  local head = redis.call('ZRANGE', KEYS[at], 0, 0)[1]
  if head and (not first or head < first) then
    first = head
  end
end
if first and string.match(first, '^[^:]*:(.*)$') ~= call_id then
  tell(changes)
end
