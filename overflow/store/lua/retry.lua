-- Make dead letters due again.
--
-- KEYS[1]  ZSET  to be written, or to be read
-- KEYS[2]  HASH  failures
--
-- ARGV[1]  now, microseconds
-- ARGV[2]  w: or r:
-- ARGV[3]  from here: ids; none: every dead letter
--
-- Returns how many

local ids = { unpack(ARGV, 3) }
if #ids == 0 then
  ids = redis.call('ZRANGEBYSCORE', KEYS[1], '+inf', '+inf', 'LIMIT', 0, 5000)
end
local count = 0
for _, id in ipairs(ids) do
  if tonumber(redis.call('ZSCORE', KEYS[1], id) or 0) == math.huge then
    redis.call('ZADD', KEYS[1], ARGV[1], id)
    redis.call('HDEL', KEYS[2], ARGV[2] .. id)
    count = count + 1
  end
end
return count
