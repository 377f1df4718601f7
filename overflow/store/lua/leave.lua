-- What came of a call to the shop's helpdesk. A 429 halves the rate, which then grows by a tenth of
-- the budget in each of its stretches (AIMD: Chiu & Jain, Computer Networks and ISDN Systems 17,
-- 1989), or doubles where the budget was only learned. Failures in a row open the breaker; when its
-- time is over one call may try, and closes it or opens it for twice as long.
--
-- KEYS[1]  HASH  the shop's throttle; its fields are named in throttle.py
-- KEYS[2]  HASH  tallies since the beginning
--
-- ARGV[1]  now in microseconds; empty: the store's own time
-- ARGV[2]  calls of the budget, 0 for none
-- ARGV[3]  its seconds
-- ARGV[4]  ok, failed or limited
-- ARGV[5]  microseconds that it wants to be left alone; empty: it does not say
-- ARGV[6]  calls that it says it allows; empty
-- ARGV[7]  calls that it says are left; empty
-- ARGV[8]  microseconds until all are there again; empty
-- ARGV[9]  calls that this one counted as
--
-- Returns 1

local FAILURES = 12 -- in a row that open the breaker
local SHORTEST, LONGEST = 3e6, 30e6 -- for which it is open
local BURST = 24 -- as enter.lua has it
local LEAST = 1 / 16 -- of the rate is left after one 429 upon the other
local FORGOTTEN = 86400 -- as enter.lua has it
local MINUTE = 60 -- calls that a learned budget has at least
local NAMES = { 'said', 'learned', 'tokens', 'cut', 'cut_at', 'rest', 'open', 'pause', 'fails', 'pace' }
local found = redis.call('HMGET', KEYS[1], unpack(NAMES))
local s = {}
for i, name in ipairs(NAMES) do
  s[name] = tonumber(found[i]) or 0
end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1e6 + time[2]
end
local function set(...)
  redis.call('HSET', KEYS[1], ...)
  redis.call('EXPIRE', KEYS[1], FORGOTTEN)
end

if ARGV[4] == 'failed' then
  set('fails', s.fails + 1)
  local pause
  if s.open == 0 and s.fails + 1 >= FAILURES then
    pause = SHORTEST
  elseif s.open > 0 and now >= s.open then
    pause = math.min(LONGEST, s.pause * 2)
  end
  if pause then
    set('open', now + math.max(pause, tonumber(ARGV[5]) or 0), 'pause', pause, 'probe', 0)
  end
  return 1
end

if s.fails > 0 then
  set('fails', 0)
end
if s.open > 0 then -- it answers again
  set('open', 0, 'pause', 0, 'probe', 0, 'closed', now, 'tokens', 0, 'at', now)
  s.tokens = 0
end

if ARGV[4] == 'limited' then
  redis.call('HINCRBY', KEYS[2], 'calls/limited', 1)
  local over = math.max(s.rest, now + (tonumber(ARGV[5]) or 1e6))
  if now >= s.rest then -- the first of those that were under way
    local is_known = ARGV[2] ~= '0'
    local stretches = math.max(0, now - s.cut_at) / (tonumber(ARGV[3]) * 1e6)
    local grown = is_known and s.cut + stretches / 10 or s.cut * 2 ^ stretches
    if not is_known and (s.learned == 0 or grown >= 2) then
      set('learned', math.max(MINUTE, math.ceil(s.pace)))
      grown = 1
    end
    local share = s.cut_at > 0 and math.min(grown, is_known and 1 or 2) or 1
    set('cut', math.max(LEAST, share / 2))
  end
  set('rest', over, 'cut_at', over, 'tokens', 0, 'at', over)
  return 1
end

local limit, left, reset = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local cost = tonumber(ARGV[9])
if limit and limit > 0 and limit ~= s.said then
  local before = s.said > 0 and s.said or tonumber(ARGV[2])
  s.tokens = s.tokens + math.max(0, (limit - before) / BURST) -- as if it had always been so
  set('said', limit, 'tokens', s.tokens)
end
if left then
  set('remaining', left)
end
if (left and left < s.tokens) or cost > 1 then -- below 0: it is owed, and nothing goes out before
  set('tokens', math.min(left or s.tokens, s.tokens - (cost - 1)))
end
if left and reset and reset > 0 then -- others may use the same budget: make do with what is left
  if left == 0 then
    set('rest', math.max(s.rest, now + reset))
  end
  set('slow', math.max(left, 1) * 1e6 / reset, 'slow_until', now + reset)
end
return 1
