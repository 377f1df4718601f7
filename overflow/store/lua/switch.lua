-- Switch a partner, channel or queue off, or on again.
--
-- KEYS[1]  HASH  the shop's situation
--
-- ARGV[1]  scope: partner:NAME, channel:NAME or queue:NAME
-- ARGV[2]  until when, why and by whom; empty: on again
--
-- Returns 1

if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 'o:' .. ARGV[1])
else
  redis.call('HSET', KEYS[1], 'o:' .. ARGV[1], ARGV[2])
end
redis.call('HINCRBY', KEYS[1], 'seq', 1)
return 1
