-- Adds events to a stream, each once, however often they are told.
--
-- KEYS: the stream, then for each event the key that marks it as added; all with one hash tag.
-- ARGV: the length to which the stream is trimmed, the seconds for which a mark is kept, 1 if events are added even
--       if they were before, else 0, then for each event id, source, type, time, code and the event as JSON.
-- Returns how many were added.
local ARGUMENTS, FIELDS = 3, 6
local added = 0
for event = 1, #KEYS - 1 do
  local mark = KEYS[event + 1]
  if redis.call('SET', mark, '', 'NX', 'EX', ARGV[2]) or ARGV[3] == '1' then
    local at = ARGUMENTS + (event - 1) * FIELDS
    local entry = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*',
      'id', ARGV[at + 1], 'source', ARGV[at + 2], 'type', ARGV[at + 3],
      'time', ARGV[at + 4], 'code', ARGV[at + 5], 'event', ARGV[at + 6])
    if type(entry) == 'table' and entry.err then
      -- What a script did before an error stays done: a mark without its entry would lose the event.
      redis.call('DEL', mark)
      return entry
    end
    added = added + 1
  end
end
return added
