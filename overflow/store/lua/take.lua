-- Take the situation together with the store's own time.
--
-- KEYS[1]  HASH  the shop's situation
--
-- Returns {store's time in microseconds, situation}

local time = redis.call('TIME')
return { time[1] * 1000000 + time[2], redis.call('HGETALL', KEYS[1]) }
