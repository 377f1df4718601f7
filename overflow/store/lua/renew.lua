-- Prolong a lease.
--
-- KEYS[1]  STRING  the lease
--
-- ARGV[1]  token of the holder
-- ARGV[2]  milliseconds from now
--
-- Returns 1 prolonged, 0 it is lost

if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
