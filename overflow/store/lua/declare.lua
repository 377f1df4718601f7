-- Write what a team declares, in place of all it declared before.
--
-- KEYS[1]  HASH  the shop's situation
--
-- ARGV[1]  team
-- ARGV[2]  the declaration, or empty to withdraw it
-- ARGV[3]  from here: scope (a channel, * or *until), limit, ...
--
-- Returns 1

local prefix = 'e:' .. ARGV[1] .. ':'
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, #prefix) == prefix then
    redis.call('HDEL', KEYS[1], field)
  end
end
if ARGV[2] == '' then
  redis.call('HDEL', KEYS[1], 's:' .. ARGV[1])
else
  redis.call('HSET', KEYS[1], 's:' .. ARGV[1], ARGV[2])
end
for i = 3, #ARGV, 2 do
  redis.call('HSET', KEYS[1], prefix .. ARGV[i], ARGV[i + 1])
end
redis.call('HINCRBY', KEYS[1], 'seq', 1)
return 1
