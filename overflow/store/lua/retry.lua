-- Make dead letters due again.
--
-- KEYS[1]  ZSET  to be written, or to be read
-- KEYS[2]  HASH  failures
--
-- ARGV[1]  now, microseconds
-- ARGV[2]  w: or r:
-- ARGV[3]  from here: ids; none: the first 5000 dead letters
--
-- Returns how many

-- Never later than the store's time: a caller that runs ahead would put them off.
local time = redis.call('TIME')
local now = string.format('%.0f', math.min(ARGV[1], time[1] * 1000000 + time[2]))
local count = 0
local function retry(id)
  if tonumber(redis.call('ZSCORE', KEYS[1], id) or 0) == math.huge then
    redis.call('ZADD', KEYS[1], now, id)
    redis.call('HDEL', KEYS[2], ARGV[2] .. id)
    count = count + 1
  end
end

-- One by one: Lua's stack holds some 8000 values, an outage leaves more dead letters than that.
for i = 3, #ARGV do
  retry(ARGV[i])
end
if #ARGV < 3 then
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '+inf', '+inf', 'LIMIT', 0, 5000)) do
    retry(id)
  end
end
return count
