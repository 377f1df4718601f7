-- Change a queue's pressure where no ticket does.
--
-- KEYS[1]  HASH    the shop's situation
-- KEYS[2]  STREAM  journal
--
-- ARGV[1]  queue
-- ARGV[2]  rev of the pressure that this one was made from
-- ARGV[3]  the new pressure without its rev
--
-- Returns 1 changed, 0 it is another one by now

local field = 'r:' .. ARGV[1]
local known = redis.call('HGET', KEYS[1], field)
local rev = known and string.match(known, '%d+$') or '0'
if rev ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], field, ARGV[3] .. '|' .. (rev + 1))
redis.call('HINCRBY', KEYS[1], 'seq', 1)
redis.call('XADD', KEYS[2], '*', 'k', 'pressure', 't', '', 'r', ARGV[1] .. ' ' .. ARGV[3])
return 1
