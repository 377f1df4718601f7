-- Work on a mark ended without a commit: put it off, bury it or clear it.
--
-- KEYS[1]  ZSET  to be written, or to be read
-- KEYS[2]  HASH  failures
--
-- ARGV[1]  w: or r:
-- ARGV[2]  id of the ticket
-- ARGV[3]  stamp of the mark that was worked on, microseconds
-- ARGV[4]  when it is due again, +inf for a dead letter, empty when it is done
-- ARGV[5]  the failure
--
-- Returns 1 done, 0 it was marked anew or cleared meanwhile and nothing was done

local score = redis.call('ZSCORE', KEYS[1], ARGV[2])
if not score or tonumber(score) ~= tonumber(ARGV[3]) then
  return 0
end
if ARGV[4] == '' then
  redis.call('ZREM', KEYS[1], ARGV[2])
  redis.call('HDEL', KEYS[2], ARGV[1] .. ARGV[2])
else
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[2])
  redis.call('HSET', KEYS[2], ARGV[1] .. ARGV[2], ARGV[5])
end
return 1
