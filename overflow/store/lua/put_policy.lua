-- Store a policy as the next version and put its limits where commits check them.
--
-- KEYS[1]  HASH  version -> document
-- KEYS[2]  HASH  the shop's situation
--
-- ARGV[1]  the version that is expected to be the present one, -1 for whichever
-- ARGV[2]  the document
-- ARGV[3]  mode
-- ARGV[4]  from here: field, value, ... of the situation
--
-- Returns the new version, or -1 - the present one when another was expected; what is the present
-- version already and was made from the one before is not stored again

local s = redis.call('HMGET', KEYS[2], 'pv', 'mode')
local present = tonumber(s[1] or 0)
local expected = tonumber(ARGV[1])
if expected == present - 1 and redis.call('HGET', KEYS[1], present) == ARGV[2] then
  return present -- sent again after a lost answer
end
if expected ~= -1 and expected ~= present then
  return -1 - present
end

-- Another mode begins with no pressure, and what observing counted counts no more. What was planned
-- for the policy before is no plan for this one.
local mode_changes = s[2] ~= ARGV[3]
local ends_with_mode = { vw = true, vi = true, vd = true, r = true }
for _, field in ipairs(redis.call('HKEYS', KEYS[2])) do
  local kind = string.match(field, '^(%a+):')
  if kind == 'c' or kind == 'l' or (mode_changes and ends_with_mode[kind]) then
    redis.call('HDEL', KEYS[2], field)
  end
end
if mode_changes then
  redis.call('HINCRBY', KEYS[2], 'epoch', 1)
end
redis.call('HSET', KEYS[2], 'pv', present + 1, 'mode', ARGV[3], unpack(ARGV, 4))
redis.call('HSET', KEYS[1], present + 1, ARGV[2])
redis.call('HINCRBY', KEYS[2], 'seq', 1)
return present + 1
