-- End a drain: free its lease only if nothing is due, by the holder's time or the store's own: what
-- others mark is due by the store's, and they enqueue no drain while there is one.
--
-- KEYS[1]  STRING  the drain's lease
-- KEYS[2]  ZSET    to be written, scored by when
-- KEYS[3]  ZSET    to be read, scored by when
--
-- ARGV[1]  token of the holder
-- ARGV[2]  now, microseconds
--
-- Returns 1 freed, 0 something is due and the lease is kept, -1 it was lost before

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return -1
end
local time = redis.call('TIME')
local now = string.format('%.0f', math.max(ARGV[2], time[1] * 1000000 + time[2]))
for i = 2, 3 do
  if redis.call('ZCOUNT', KEYS[i], '-inf', now) > 0 then
    return 0
  end
end
redis.call('DEL', KEYS[1])
return 1
