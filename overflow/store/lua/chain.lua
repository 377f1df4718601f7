-- Walk a ticket's journal entries back from the newest.
--
-- KEYS[1]  HASH    the ticket
-- KEYS[2]  STREAM  journal
--
-- ARGV[1]  most entries wanted
--
-- Returns the entries, newest first, as {id, {field, value, ...}}

local found, id = {}, redis.call('HGET', KEYS[1], 'J')
while id and #found < tonumber(ARGV[1]) do
  local entry = redis.call('XRANGE', KEYS[2], id, id)[1]
  id = nil
  if entry then
    found[#found + 1] = entry
    for i = 1, #entry[2], 2 do
      if entry[2][i] == 'p' then
        id = entry[2][i + 1]
      end
    end
  end
end
return found
