-- Adds facts to the stream, unless it has lost some that the caller has seen.
-- KEYS: the stream. ARGV: the newest that was seen, how many are kept, for how many seconds, who
-- tells, how many facts of the same come before these, facts.
-- Returns 1, or 0 when the stream's newest is older than what was seen.

local function older(one, other)
    local one_ms, one_number = string.match(one, "(%d+)-(%d+)")
    local other_ms, other_number = string.match(other, "(%d+)-(%d+)")
    if one_ms ~= other_ms then
        return tonumber(one_ms) < tonumber(other_ms)
    end
    return tonumber(one_number) < tonumber(other_number)
end

local newest = redis.call("XREVRANGE", KEYS[1], "+", "-", "COUNT", 1)
local position = newest[1] and newest[1][1] or "0-0"
if older(position, ARGV[1]) then
    return 0
end
for number = 6, #ARGV do
    local told_as = string.format("%d", ARGV[5] + number - 6)
    local entry = { "fact", ARGV[number], "teller", ARGV[4], "number", told_as }
    redis.call("XADD", KEYS[1], "MAXLEN", "~", ARGV[2], "*", unpack(entry))
end
if #ARGV > 5 then
    redis.call("EXPIRE", KEYS[1], ARGV[3])
end
return 1
