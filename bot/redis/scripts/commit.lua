-- Ends an exchange: keeps the turn and the reply, lets go of the conversation and wakes the next ticket.
-- KEYS  lock, queue, seen, talk, turns, replies, answered of one conversation
-- ARGV  ticket, erase ('1' or ''), slots or '', events, turns to keep, lifetime of the conversation in ms,
--       message or '', reply, replies to keep, lifetime of replies in ms, prefix of the channels for waking,
--       version that the slots go on from (0: none)
-- Gives the version of the conversation now, -1 when the conversation belongs to another ticket, or -2 when
-- it no longer is what the slots go on from.
local ticket = ARGV[1]
if redis.call('GET', KEYS[1]) ~= ticket then
  return -1
end
local known = tonumber(ARGV[12])
if ARGV[3] ~= '' and known > 0 and tonumber(redis.call('HGET', KEYS[4], 'version') or 0) ~= known then
  return -2
end
if ARGV[2] == '1' then
  redis.call('DEL', KEYS[4], KEYS[5], KEYS[6], KEYS[7])
end
local version = tonumber(redis.call('HGET', KEYS[4], 'version') or 0)
if ARGV[3] ~= '' then
  if version == 0 then
    -- Not one: a conversation that was erased and begun again must not meet a memory of the old one.
    local time = redis.call('TIME')
    version = time[1] * 1000000 + time[2]
  else
    version = version + 1
  end
  redis.call('HSET', KEYS[4], 'version', string.format('%.0f', version), 'slots', ARGV[3])
  redis.call('RPUSH', KEYS[5], ARGV[4])
  redis.call('LTRIM', KEYS[5], -ARGV[5], -1)
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
  redis.call('PEXPIRE', KEYS[5], ARGV[6])
end
if ARGV[7] ~= '' and redis.call('HSETNX', KEYS[6], ARGV[7], ARGV[8]) == 1 then
  if redis.call('RPUSH', KEYS[7], ARGV[7]) > tonumber(ARGV[9]) then
    redis.call('HDEL', KEYS[6], redis.call('LPOP', KEYS[7]))
  end
  redis.call('PEXPIRE', KEYS[6], ARGV[10])
  redis.call('PEXPIRE', KEYS[7], ARGV[10])
end
redis.call('DEL', KEYS[1])
local next = redis.call('LINDEX', KEYS[2], 0)
if next then
  redis.call('PUBLISH', ARGV[11] .. string.match(next, '^[^/]+'), next)
end
return string.format('%.0f', version)
