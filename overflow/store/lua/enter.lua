-- May a call to the shop's helpdesk go out now? A token bucket (Turner, IEEE Communications 24(10),
-- 1986) that all processes share. What nobody waits for leaves a fifth of it (trunk reservation: Key,
-- Probability in the Engineering and Informational Sciences 4, 1990), so that what somebody waits for
-- finds room; of that in turn every fifth yields while others wait, so that they do not starve. What
-- moves a ticket that was read a moment ago goes before all and at once, some calls on credit: else
-- somebody might move it meanwhile.
--
-- KEYS[1]  HASH  the shop's throttle; its fields are named in throttle.py
-- KEYS[2]  HASH  tallies since the beginning
-- KEYS[3]  ZSET  calls that wait for their turn, scored by when they came
-- KEYS[4]  ZSET  the same, the urgent ones
-- KEYS[5]  ZSET  the same, those that move a ticket
--
-- ARGV[1]  now in microseconds; empty: the store's own time
-- ARGV[2]  calls of the budget, 0 for none
-- ARGV[3]  its seconds
-- ARGV[4]  1: what the helpdesk says never raises it
-- ARGV[5]  1: the helpdesk counts by a leaky bucket, 0: by windows
-- ARGV[6]  2 moves a ticket, 1 urgent, 0 neither
-- ARGV[7]  id of the call
-- ARGV[8]  the longest wait that it takes, microseconds
-- ARGV[9]  calls that it stands for; 0: only look
--
-- Returns {code, wait, breaker, rest, rate, calls, remaining, fails}: 1 go, 0 wait for so many
-- microseconds and ask again, -1 no: not within what it takes; 0 closed, 1 open, 2 half-open;
-- microseconds for which nothing goes out; calls in 1000 s, -1 any number; calls of the budget, 0 for
-- none; what the helpdesk last said is left, -1 nothing; failures in a row

local BURST = 24 -- the part of the budget that may go out at once
local CREDIT = 4 -- calls by which moves may be ahead of it, or a tenth of it
local SLIP = 0.5 -- seconds that calls may come closer together on their way
local TURN = 4 -- urgent calls after which another one goes first
local PROBING = 30e6 -- after so long nobody hears of a probe any more
local FORGOTTEN = 86400 -- seconds after which a throttle that nobody uses is
local GONE = 10e6 -- longer than anybody waits in line: who is there since then was killed

local NAMES = { 'said', 'learned', 'tokens', 'at', 'cut', 'cut_at', 'rest', 'open', 'probe', 'closed',
  'slow', 'slow_until', 'turn', 'fails', 'pace', 'remaining' }
local found = redis.call('HMGET', KEYS[1], unpack(NAMES))
local s = {}
for i, name in ipairs(NAMES) do
  s[name] = tonumber(found[i]) or (name == 'remaining' and -1 or 0)
end
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1e6 + time[2]
end

-- What the budget, the helpdesk's own words, and how it went of late allow: calls of the budget,
-- calls a second, calls at once.
local function allowed()
  local is_known, calls, seconds = ARGV[2] ~= '0', tonumber(ARGV[2]), tonumber(ARGV[3])
  if not is_known then
    calls = s.learned
  elseif s.said > 0 then
    calls = ARGV[4] == '1' and math.min(calls, s.said) or s.said
  end
  local share = 1
  if s.cut_at > 0 then
    local stretches = math.max(0, now - s.cut_at) / (seconds * 1e6)
    if is_known then -- a tenth of the budget comes back in each of its stretches
      share = math.min(1, s.cut + stretches / 10)
    else -- what was learned in a quiet or a bad moment says little: twice as much in each
      share = math.min(2, s.cut * 2 ^ stretches)
      calls = share < 2 and calls or 0 -- and then it is forgotten
    end
  end
  local rate, burst, credit = math.huge, math.huge, 0
  if calls > 0 and ARGV[5] == '1' then -- nothing ever flows over
    burst, rate = math.max(1, math.floor(calls * 0.75)), 0.98 * calls / seconds * share
    credit = math.min(CREDIT, calls - burst)
  elseif calls > 0 then -- no stretch ever has more: burst + credit + rate * seconds < calls + 1
    burst = math.max(math.min(2, calls), math.floor(calls / BURST))
    credit = math.min(CREDIT, math.ceil(calls / 10), calls - burst)
    rate = (calls - burst - credit + 1) / (seconds + SLIP) * share
  end
  local since = (now - s.closed) / 1e6
  if s.closed > 0 and since < 10 then -- slow start after an outage: twice as much every second
    rate, burst = math.min(rate, 2 ^ since), math.min(burst, 2 ^ since)
  end
  if now < s.slow_until then
    rate = math.min(rate, s.slow)
  end
  return calls, rate, burst, credit
end

local calls, rate, burst, credit = allowed()
local breaker, rest = 0, math.max(0, s.rest - now)
if s.open > 0 then
  breaker = now < s.open and 1 or 2
  rest = math.max(rest, s.open - now)
end
local function answer(code, wait)
  local told = rate < math.huge and math.floor(rate * 1000) or -1
  return { code, math.ceil(wait), breaker, rest, told, calls, s.remaining, s.fails }
end
local count = tonumber(ARGV[9])
if count == 0 then
  return answer(0, 0)
end
local rank, id = tonumber(ARGV[6]), ARGV[7]
local line = ({ KEYS[3], KEYS[4], KEYS[5] })[rank + 1]
local function held(wait)
  redis.call('ZREM', line, id)
  redis.call('HINCRBY', KEYS[2], 'calls/held', 1)
  return answer(-1, wait)
end

if breaker == 1 then
  return held(rest)
end
if breaker == 2 then
  if now < s.probe then
    return held(math.min(1e6, s.probe - now)) -- by then it will have been answered
  end
  redis.call('HSET', KEYS[1], 'probe', now + PROBING)
elseif rest > 0 then
  return rest > tonumber(ARGV[8]) and held(rest) or answer(0, rest)
end

local is_limited = rate < math.huge
local tokens = burst
if s.at > 0 and is_limited then
  tokens = math.min(burst, s.tokens + math.max(0, now - s.at) / 1e6 * rate)
end
for _, each in ipairs({ line, KEYS[5] }) do
  redis.call('ZREMRANGEBYSCORE', each, '-inf', now - GONE)
end
local place = redis.call('ZRANK', line, id)

-- Microseconds until its turn: those before it go first.
local function until_turn()
  local is_others_turn = s.turn >= TURN and redis.call('ZCARD', KEYS[3]) > 0
  local need = 1
  if rank == 2 then
    need = 1 - credit
  elseif rank == 1 and is_others_turn then
    need = math.min(2, burst)
  elseif rank == 0 and not is_others_turn then
    need = 1 + math.min(math.max(1, burst / 5), burst - 1)
  end
  local ahead = place or redis.call('ZCARD', line)
  if rank < 2 then
    ahead = ahead + redis.call('ZCARD', KEYS[5])
  end
  return math.max(0, (need + ahead - tokens) / rate * 1e6)
end

if breaker == 0 and is_limited then
  local wait = until_turn()
  if wait > tonumber(ARGV[8]) then
    return held(wait)
  elseif wait > 0 then
    redis.call('ZADD', line, 'NX', now, id)
    return answer(0, wait)
  end
end

redis.call('ZREM', line, id)
s.pace = s.pace * math.exp(-math.max(0, now - s.at) / 6e7) + count
redis.call('HSET', KEYS[1], 'at', now, 'pace', s.pace, 'turn', rank > 0 and s.turn + 1 or 0)
if is_limited then
  local owed = rank == 2 and credit or 0
  redis.call('HSET', KEYS[1], 'tokens', math.min(tokens, math.max(-owed, tokens - count)))
end
redis.call('EXPIRE', KEYS[1], FORGOTTEN)
redis.call('HINCRBY', KEYS[2], place and 'calls/waited' or 'calls/sent', count)
return answer(1, 0)
