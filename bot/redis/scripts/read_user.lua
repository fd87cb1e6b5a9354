-- Reads a user's record as it was before one message, which may have changed it and come again since.
-- KEYS  user, before of one user
-- ARGV  turn or ''
-- Gives the fields as names and values in turn. What others have changed since stays changed.
local held = redis.call('HGETALL', KEYS[1])
local known = ARGV[1] ~= '' and redis.call('HGET', KEYS[2], ARGV[1])
if not known then
  return held
end
local fields = {}
for i = 1, #held, 2 do
  fields[held[i]] = held[i + 1]
end
for name, values in pairs(cjson.decode(known)) do
  if (fields[name] or false) == values[2] then
    fields[name] = values[1] or nil
  end
end
local found = {}
for name, value in pairs(fields) do
  table.insert(found, name)
  table.insert(found, value)
end
return found
