-- Note when an input was last fresh; never goes back.
--
-- KEYS[1]  HASH  the shop's situation
--
-- ARGV[1]  input
-- ARGV[2]  when, microseconds
--
-- Returns 1 noted, 0 known to be fresher

local known = redis.call('HGET', KEYS[1], 'n:' .. ARGV[1])
if known and tonumber(known) >= tonumber(ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], 'n:' .. ARGV[1], ARGV[2])
return 1
