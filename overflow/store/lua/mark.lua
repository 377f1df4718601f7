-- Mark tickets to be read, due at once: now, but never later than by the store's own time, for a
-- writer that runs ahead would put its reads off. A mark that stands gets a later stamp, so that a
-- read which began before does not clear it, whatever its reader's clock says; so one put off after
-- a failure stays put off. A dead letter lives again.
--
-- KEYS[1]  ZSET    to be read, scored by when
-- KEYS[2]  HASH    failures
-- KEYS[3]  STRING  the drain's lease
--
-- ARGV[1]  now, microseconds
-- ARGV[2]  from here: ids
--
-- Returns 1 if a drain should be enqueued, else 0

local time = redis.call('TIME')
local now = math.min(ARGV[1], time[1] * 1000000 + time[2])
for i = 2, #ARGV do
  local score = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[i]) or '-inf')
  if score == math.huge then
    redis.call('HDEL', KEYS[2], 'r:' .. ARGV[i])
    score = -math.huge
  end
  redis.call('ZADD', KEYS[1], string.format('%.0f', math.max(now, score + 1)), ARGV[i])
end
return 1 - redis.call('EXISTS', KEYS[3])
