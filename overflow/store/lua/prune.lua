-- Forget what is over: counts of past days or of nothing, ended declarations, switches, signals, and
-- queues whose pressure has long been off.
--
-- KEYS[1]  HASH  the shop's situation
--
-- ARGV[1]  now, microseconds
-- ARGV[2]  the oldest calendar day to be kept, YYYYMMDD
-- ARGV[3]  pressure that went off before is forgotten, microseconds
--
-- Returns how many fields were removed

local now = tonumber(ARGV[1]) / 1000000
local fields = redis.call('HGETALL', KEYS[1])
local ending = { s = true, o = true, x = true }
local counters = { w = true, i = true, p = true, h = true, vw = true, vi = true }
local over, gone = {}, 0

local function went_off(pressure)
  return tonumber(string.match(pressure, '^0|(%d+)|')) or math.huge
end

for i = 1, #fields, 2 do
  local kind, rest = string.match(fields[i], '^(%a+):(.*)$')
  if ending[kind] and cjson.decode(fields[i + 1])['until'] <= now then
    over[#over + 1] = fields[i]
    if kind == 's' then
      over['e:' .. rest .. ':'] = true
    end
  elseif (kind == 'd' or kind == 'vd') and string.match(rest, '%d+$') < ARGV[2] then
    over[#over + 1] = fields[i]
  elseif kind == 'r' and went_off(fields[i + 1]) < tonumber(ARGV[3]) then
    over[#over + 1] = fields[i]
  elseif counters[kind] and fields[i + 1] == '0' then
    over[#over + 1] = fields[i]
  end
end
for i = 1, #fields, 2 do
  local prefix = string.match(fields[i], '^e:[^:]*:')
  if prefix and over[prefix] then
    over[#over + 1] = fields[i]
  end
end
for _, field in ipairs(over) do
  gone = gone + redis.call('HDEL', KEYS[1], field)
end
if gone > 0 then
  redis.call('HINCRBY', KEYS[1], 'seq', 1)
end
return gone
