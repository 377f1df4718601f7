-- The helpdesk was read back and shows what was desired.
--
-- The group is taken over only where that revision was not confirmed yet: after that, a person may
-- have moved the ticket to another group that needs no writing, and their move stands.
--
-- KEYS[1]  HASH  the ticket
-- KEYS[2]  ZSET  to be written to the helpdesk
-- KEYS[3]  HASH  failures
-- KEYS[4]  HASH  tallies since the beginning, for the lag
--
-- ARGV[1]  id of the ticket
-- ARGV[2]  the desired revision that is shown
-- ARGV[3]  the group that is shown
-- ARGV[4]  the decision whose note stands there by now, or empty
-- ARGV[5]  now, microseconds
--
-- Returns 1 clean, 2 confirmed and still dirty, 0 another revision is desired, -1 no such ticket

local t = redis.call('HMGET', KEYS[1], 'r', 'D', 'G', 'S', 'e', 'C')
if not t[1] then
  return -1
end
if (t[2] or '0') ~= ARGV[2] then
  return 0
end

redis.call('HINCRBY', KEYS[1], 'r', 1)
if (t[6] or '0') ~= ARGV[2] then
  redis.call('HSET', KEYS[1], 'C', ARGV[2])
  for _, field in ipairs({ 'H', 'O' }) do
    if ARGV[3] == (t[3] or '') then
      redis.call('HDEL', KEYS[1], field)
    else
      redis.call('HSET', KEYS[1], field, ARGV[3])
    end
  end
end
if ARGV[4] ~= '' then
  redis.call('HSET', KEYS[1], 'N', ARGV[4])
  redis.call('HDEL', KEYS[1], 'e', 'E')
elseif t[5] then
  return 2
end

redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[3], 'w:' .. ARGV[1])
redis.call('HDEL', KEYS[1], 'S')
if t[4] then
  local lag, bound = math.max(0, ARGV[5] - t[4]) / 1000000, 0.125
  while bound < lag and bound < 1024 do bound = bound * 2 end
  redis.call('HINCRBY', KEYS[4], 'lag:' .. bound, 1)
  redis.call('HINCRBYFLOAT', KEYS[4], 'lag:sum', lag)
end
return 1
