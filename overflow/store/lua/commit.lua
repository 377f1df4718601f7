-- Commit one ticket: compare, check what must never break, and write everything, in one step.
--
-- KEYS[1]   HASH    the ticket
-- KEYS[2]   HASH    the shop's situation
-- KEYS[3]   ZSET    index of the tickets not ended: team|class|queue|arrival|id
-- KEYS[4]   ZSET    claims, scored by their end
-- KEYS[5]   ZSET    to be written to the helpdesk, scored by when
-- KEYS[6]   ZSET    to be read from the helpdesk, scored by when
-- KEYS[7]   HASH    failures of writing (w:ID) and reading (r:ID)
-- KEYS[8]   STREAM  journal
-- KEYS[9]   HASH    tallies since the beginning
-- KEYS[10]  HASH    tallies of this quarter of an hour
-- KEYS[11]  HASH    tallies of the tickets that arrived in this ticket's quarter of an hour
-- KEYS[12]  STRING  the drain's lease
-- KEYS[13]  STRING  the sender's delivery; unused if ARGV[18] is empty
-- KEYS[14]  HASH    the request under an Idempotency-Key; unused if ARGV[19] is empty
--
-- ARGV[1]   id of the ticket
-- ARGV[2]   token of this commit, the same when it is sent again
-- ARGV[3]   rev of the record it was made from, 0 for none
-- ARGV[4]   now, microseconds like all times here
-- ARGV[5]   1 when something has to be written to the helpdesk
-- ARGV[6]   stamp of the to-read mark that is done, or empty
-- ARGV[7]   basis: when its situation was taken, or empty for no basis
-- ARGV[8]   basis: version of the policy
-- ARGV[9]   the queue whose pressure counts
-- ARGV[10]  basis: rev of that pressure
-- ARGV[11]  partner whose limits are checked, or empty
-- ARGV[12]  the shop's calendar day
-- ARGV[13]  the queue's new pressure without its rev, or empty
-- ARGV[14]  seconds of work to be measured, or empty
-- ARGV[15]  the input that was fresh, or empty
-- ARGV[16]  seconds that an ended ticket is kept
-- ARGV[17]  seconds that a quarter's tallies are kept
-- ARGV[18]  seconds that a delivery is known, or empty for no delivery
-- ARGV[19]  token of the request under an Idempotency-Key, or empty
-- ARGV[20]  its answer             ARGV[21]  seconds that it is kept
-- ARGV[22]  kind of the journal entry
-- ARGV[23]  what the entry says, or empty
-- ARGV[24]  the packed situation it was decided from, or empty
-- ARGV[25]  number of tallies      ARGV[26]  number of tallies of the arrival
-- ARGV[27]  the record's desired revision
-- ARGV[28]  partner, or partner@run, that observing decided for, or empty
-- ARGV[29]  when the record's claim ends, or empty
-- ARGV[30]  from here: tallies, tallies of the arrival (NAME, or NAME=NUMBER to add more than one),
--           then the record as field, value, ...; its first fields are r, t, k, q, c, a
--
-- Returns {code, store's time, then by code}
--    1 committed: journal entry or empty, 1 if a drain should be enqueued else 0, W and V as stored
--    2 this very commit was made before: the same two, the record
--   -1 the ticket has another rev: the record
--   -2 the basis is too old or another one
--   -3 no room on the channel   -4 no room in all   -5 no room today
--   -6 the delivery was committed before: the record
--   -7 the Idempotency-Key is not this request's any more

local HOME, HELD, HEAVIEST = 'inhouse', { w = true, i = true }, 50
local id, token, now, queue, takes = ARGV[1], ARGV[2], ARGV[4], ARGV[9], ARGV[11]
local first_cohort = 30 + ARGV[25]
local first = first_cohort + ARGV[26]
local time = redis.call('TIME')
local at = time[1] * 1000000 + time[2]

local function reply(code, ...)
  return { code, at, ... }
end

local function stored()
  return redis.call('HGETALL', KEYS[1])
end

local function must_wake()
  return ARGV[5] == '1' and redis.call('EXISTS', KEYS[12]) == 0 and 1 or 0
end

-- 1. Is it still the ticket that was looked at, and is this not a repetition?

local o = redis.call('HMGET', KEYS[1],
  'r', 't', 'k', 'q', 'c', 'a', 'V', 'u', 'D', 'x', 'J', 'S', 'W')
local old = { team = o[2], class = o[3] or '', queue = o[4], channel = o[5], virtual = o[7] }
local new = {
  team = ARGV[first + 3], class = ARGV[first + 5],
  queue = ARGV[first + 7], channel = ARGV[first + 9], virtual = ARGV[28],
}
if (o[1] or '0') ~= ARGV[3] then
  if o[10] == token then
    return reply(2, o[11] or '', must_wake(), stored())
  end
  return reply(-1, stored())
end
if ARGV[18] ~= '' and redis.call('EXISTS', KEYS[13]) == 1 then
  return reply(-6, stored())
end
if ARGV[19] ~= '' and (redis.call('HGET', KEYS[14], 'token') or ARGV[19]) ~= ARGV[19] then
  return reply(-7)
end

-- 2. Does what it was decided from still hold?

local s = redis.call('HMGET', KEYS[2], 'pv', 'g', 'r:' .. queue, 'epoch', 'n:' .. ARGV[15])
local epoch = s[4] or '0'
local pressure_rev = s[3] and string.match(s[3], '%d+$') or '0'
if ARGV[7] ~= '' then
  local is_old = at - ARGV[7] > (tonumber(s[2]) or -math.huge)
  if is_old or s[1] ~= ARGV[8] or pressure_rev ~= ARGV[10] then
    return reply(-2)
  end
end

-- 3. Has the partner room? A ticket that it holds already has its place.

local function has_room(scope, unset)
  local f = ':' .. takes .. ':' .. scope
  local v = redis.call('HMGET', KEYS[2], 'h' .. f, 'c' .. f, 'e' .. f, 'e:' .. takes .. ':*until')
  local limit = tonumber(v[2]) or unset
  if v[3] and v[4] and tonumber(v[4]) > tonumber(now) then
    limit = math.min(limit, tonumber(v[3]))
  end
  return (tonumber(v[1]) or 0) < limit
end

local day = 'd:' .. new.team .. ':' .. ARGV[12]
local comes = o[1] and old.team ~= new.team and new.team ~= HOME and new.class ~= ''
if takes ~= '' and HELD[new.class] then
  local has_place = HELD[old.class] and old.team == takes
  comes = not has_place
  if not (has_place and old.channel == new.channel) and not has_room(new.channel, 0) then
    return reply(-3)
  end
  if comes then
    local v = redis.call('HMGET', KEYS[2], day, 'c:' .. takes .. ':*day')
    if not has_room('*', math.huge) then
      return reply(-4)
    elseif (tonumber(v[1]) or 0) >= (tonumber(v[2]) or math.huge) then
      return reply(-5)
    end
  end
end

-- 4. Count the ticket where it stands now.

local function bump(field, by)
  redis.call('HINCRBY', KEYS[2], field, by)
end

local function count(x, by)
  if x.class == '' then
    return
  end
  bump(x.class .. ':' .. x.team .. ':' .. x.queue, by)
  if HELD[x.class] then
    if x.team ~= HOME then
      bump('h:' .. x.team .. ':' .. x.channel, by)
      bump('h:' .. x.team .. ':*', by)
    end
    local partner, run = string.match(x.virtual or '', '^(.+)@(%d+)$')
    if run == epoch then
      bump('v' .. x.class .. ':' .. partner .. ':' .. x.queue, by)
    end
  end
end

local function place(x)
  return x.class == '' and '-' or
    table.concat({ x.team, x.class, x.queue, x.channel, x.virtual or '' }, '|')
end

local function member(x, arrived)
  return string.format('%s|%s|%s|%016.0f|%s', x.team, x.class, x.queue, arrived, id)
end

-- The first write is one that a store without memory refuses: later ones it lets through.
redis.call('HINCRBY', KEYS[2], 'seq', 1)
if new.virtual ~= '' and not string.find(new.virtual, '@', 1, true) then
  new.virtual = new.virtual .. '@' .. epoch
end
local before, after = place(old), place(new)
if before ~= after then
  count(old, -1)
  count(new, 1)
end
local was = old.class ~= '' and member(old, o[6])
local is = new.class ~= '' and member(new, ARGV[first + 11])
if was ~= is then
  if was then redis.call('ZREM', KEYS[3], was) end
  if is then redis.call('ZADD', KEYS[3], 0, is) end
end
if comes then
  redis.call('HINCRBY', KEYS[2], day, 1)
  redis.call('HINCRBY', KEYS[2], 'f:' .. new.team, 1)
end
local observed, run = string.match(new.virtual, '^(.+)@(%d+)$')
if run == epoch and new.virtual ~= old.virtual then
  bump('vd:' .. observed .. ':' .. ARGV[12], 1)
end

-- 5. What else the situation learns.

if ARGV[13] ~= '' then
  redis.call('HSET', KEYS[2], 'r:' .. queue, ARGV[13] .. '|' .. (pressure_rev + 1))
end
if ARGV[14] ~= '' then
  local field = 'a:' .. (old.team or new.team) .. ':' .. (old.channel or new.channel)
  local n, mean = string.match(redis.call('HGET', KEYS[2], field) or '0|0|', '^(.-)|(.-)|')
  n = math.min(n + 1, HEAVIEST)
  mean = mean + (ARGV[14] - mean) / n
  redis.call('HSET', KEYS[2], field, string.format('%.0f|%.3f|%s', n, mean, now))
end
if ARGV[15] ~= '' and (tonumber(s[5]) or 0) < tonumber(now) then
  redis.call('HSET', KEYS[2], 'n:' .. ARGV[15], now)
end

-- 6. What is to be done about it.

local dirty_since = nil
if ARGV[5] == '1' then
  dirty_since = o[12]
  if not dirty_since or (o[9] or '0') ~= ARGV[27] then
    if dirty_since then redis.call('HDEL', KEYS[7], 'w:' .. id) end
    -- Never later than the store's time: a writer that runs ahead would put its own write off.
    dirty_since = string.format('%.0f', math.min(now, at))
    redis.call('ZADD', KEYS[5], dirty_since, id)
  end
elseif o[12] then
  redis.call('ZREM', KEYS[5], id)
  redis.call('HDEL', KEYS[7], 'w:' .. id)
  local lag, bound = (now - o[12]) / 1000000, 0.125
  while bound < lag and bound < 1024 do bound = bound * 2 end
  redis.call('HINCRBY', KEYS[9], 'lag:' .. bound, 1)
  redis.call('HINCRBYFLOAT', KEYS[9], 'lag:sum', math.max(0, lag))
end
if ARGV[6] ~= '' then
  local stamp = redis.call('ZSCORE', KEYS[6], id)
  if stamp and tonumber(stamp) <= tonumber(ARGV[6]) then
    redis.call('ZREM', KEYS[6], id)
    redis.call('HDEL', KEYS[7], 'r:' .. id)
  end
end
if ARGV[29] ~= '' then
  redis.call('ZADD', KEYS[4], ARGV[29], id)
elseif o[8] then
  redis.call('ZREM', KEYS[4], id)
end

-- 7. Tally and tell it.

local function add(key, tally)
  local at, by = string.find(tally, '=', 1, true) and string.find(tally, '=%d+$'), 1
  if at then
    tally, by = string.sub(tally, 1, at - 1), tonumber(string.sub(tally, at + 1))
  end
  return redis.call('HINCRBY', key, tally, by) == by
end
for i = 30, first_cohort - 1 do
  add(KEYS[9], ARGV[i])
end
local function tally(key, from, to)
  for i = from, to do
    if add(key, ARGV[i]) then
      redis.call('EXPIRE', key, ARGV[17], 'NX')
    end
  end
end
tally(KEYS[10], 30, first_cohort - 1)
tally(KEYS[11], first_cohort, first - 1)

local entry, says = '', { 'k', ARGV[22], 't', id }
local function say(field, value)
  if value and value ~= '' then
    says[#says + 1] = field
    says[#says + 1] = value
  end
end
if before ~= after then
  say('b', before)
  say('a', after)
end
say('h', comes and new.team .. ' ' .. ARGV[12])
say('r', ARGV[13] ~= '' and queue .. ' ' .. ARGV[13])
say('m', ARGV[14])
say('c', table.concat(ARGV, ' ', 30, first_cohort - 1))
if first > first_cohort then
  say('q', ARGV[first + 11] .. ' ' .. table.concat(ARGV, ' ', first_cohort, first - 1))
end
say('d', ARGV[23])
say('s', ARGV[24])
if #says > 4 then
  say('p', o[11])
  entry = redis.call('XADD', KEYS[8], '*', unpack(says))
end
if ARGV[18] ~= '' then
  redis.call('SET', KEYS[13], entry, 'EX', ARGV[18])
end
if ARGV[19] ~= '' then
  local answer = string.gsub(ARGV[20], '{{entry}}', entry)
  redis.call('HSET', KEYS[14], 'token', ARGV[19], 'answer', answer)
  redis.call('EXPIRE', KEYS[14], ARGV[21])
end

-- 8. Write the ticket, whole.

local record = { unpack(ARGV, first) }
local function keep(field, value)
  if value and value ~= '' then
    record[#record + 1] = field
    record[#record + 1] = value
  end
end
local wip_since = new.class == 'i' and (old.class == 'i' and o[13] or now) or ''
keep('x', token)
keep('V', new.virtual)
keep('W', wip_since)
keep('S', dirty_since)
keep('J', entry ~= '' and entry or o[11])
keep('j', ARGV[22] == 'decision' and entry)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(record))
if new.class == '' then
  redis.call('EXPIRE', KEYS[1], ARGV[16])
end
return reply(1, entry, must_wake(), wip_since, new.virtual)
