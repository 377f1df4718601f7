-- Begin a request under an Idempotency-Key.
--
-- KEYS[1]  HASH  the request: token and, once it is answered, answer
--
-- ARGV[1]  token: hash of the body, a dot, a random text
-- ARGV[2]  hash of the body
-- ARGV[3]  seconds until an unfinished request has lost its turn
--
-- Returns {code, answer}: 1 begun, 0 the same is in progress, -1 another body, 2 answered before

local r = redis.call('HMGET', KEYS[1], 'token', 'answer')
if not r[1] then
  redis.call('HSET', KEYS[1], 'token', ARGV[1])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return { 1, '' }
end
if r[1] == ARGV[1] and not r[2] then
  return { 1, '' } -- sent again after a lost answer
end
if string.sub(r[1], 1, #ARGV[2] + 1) ~= ARGV[2] .. '.' then
  return { -1, '' }
end
return r[2] and { 2, r[2] } or { 0, '' }
