-- Lets go of a conversation, or of a place in its queue, and wakes the next ticket.
-- KEYS  lock, queue, seen of one conversation
-- ARGV  ticket, prefix of the channels for waking
local holder = redis.call('GET', KEYS[1])
redis.call('LREM', KEYS[2], 0, ARGV[1])
redis.call('HDEL', KEYS[3], ARGV[1])
if holder == ARGV[1] then
  redis.call('DEL', KEYS[1])
elseif holder then
  return 0
end
local next = redis.call('LINDEX', KEYS[2], 0)
if next then
  redis.call('PUBLISH', ARGV[2] .. string.match(next, '^[^/]+'), next)
end
return 1
