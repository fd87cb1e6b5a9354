-- Opens an exchange if it is the ticket's turn, and reads the conversation.
-- KEYS  lock, queue, seen, talk, turns, replies of one conversation
-- ARGV  ticket, lease in ms, patience in ms, version that the caller holds (0: none), message or ''
-- Gives {0} while the ticket has to wait; whoever waits must ask again well within the patience.
-- Otherwise {1, reply or '', version, since, slots, turns}; see Talk in bot/exchanges/exchange.py.
local ticket = ARGV[1]
local holder = redis.call('GET', KEYS[1])
if holder ~= ticket then
  local first = redis.call('LINDEX', KEYS[2], 0)
  if holder or first then
    local time = redis.call('TIME')
    local now = time[1] * 1000 + math.floor(time[2] / 1000)
    if redis.call('HEXISTS', KEYS[3], ticket) == 0 then
      redis.call('RPUSH', KEYS[2], ticket)
    end
    redis.call('HSET', KEYS[3], ticket, now)
    redis.call('PEXPIRE', KEYS[2], 60000)
    redis.call('PEXPIRE', KEYS[3], 60000)
    first = redis.call('LINDEX', KEYS[2], 0)
    -- Tickets of processes that died ask no more.
    while first ~= ticket and now - (redis.call('HGET', KEYS[3], first) or 0) > tonumber(ARGV[3]) do
      redis.call('LPOP', KEYS[2])
      redis.call('HDEL', KEYS[3], first)
      first = redis.call('LINDEX', KEYS[2], 0)
    end
    if holder or first ~= ticket then
      return {0}
    end
    redis.call('LPOP', KEYS[2])
    redis.call('HDEL', KEYS[3], ticket)
  end
  redis.call('SET', KEYS[1], ticket, 'PX', ARGV[2])
end

local reply = ARGV[5] ~= '' and redis.call('HGET', KEYS[6], ARGV[5]) or ''
local version = tonumber(redis.call('HGET', KEYS[4], 'version') or 0)
local known = tonumber(ARGV[4])
local missed = version - known
if known > 0 and missed >= 0 and missed <= redis.call('LLEN', KEYS[5]) then
  local turns = missed > 0 and redis.call('LRANGE', KEYS[5], -missed, -1) or {}
  return {1, reply, version, known, '{}', turns}
end
local slots = redis.call('HGET', KEYS[4], 'slots') or '{}'
return {1, reply, version, 0, slots, redis.call('LRANGE', KEYS[5], 0, -1)}
