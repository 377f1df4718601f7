-- End a request under an Idempotency-Key that needed no commit.
--
-- KEYS[1]  HASH  the request
--
-- ARGV[1]  token of the request
-- ARGV[2]  its answer
-- ARGV[3]  seconds that it is kept; 0: forget it, so that it may be sent again
--
-- Returns 1 done (or done before, for a lost answer), 0 its turn was lost

local r = redis.call('HMGET', KEYS[1], 'token', 'answer')
if r[1] ~= ARGV[1] or (r[2] and r[2] ~= ARGV[2]) then
  return 0
end
if ARGV[3] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('HSET', KEYS[1], 'answer', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
end
return 1
