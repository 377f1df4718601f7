-- Give a lease back.
--
-- KEYS[1]  STRING  the lease
--
-- ARGV[1]  token of the holder
--
-- Returns 1 given back, 0 it was lost before

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
