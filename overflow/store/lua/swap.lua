-- Put another text in the place of one that was read, unless somebody else did so meanwhile.
--
-- KEYS[1]  HASH  what the text is a field of
--
-- ARGV[1]  field
-- ARGV[2]  the text that was read
-- ARGV[3]  the new one
--
-- Returns 1 it stands there, 0 another one does by now

local present = redis.call('HGET', KEYS[1], ARGV[1])
if present == ARGV[3] then
  return 1 -- sent again after a lost answer
end
if present ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
