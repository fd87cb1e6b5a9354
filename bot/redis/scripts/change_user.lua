-- Applies one message's change to a user's record, once however often the message comes.
-- KEYS  user, changes, conversations, erasing, before of one user
-- ARGV  turn, time, change as JSON, what an older key held as a JSON object, address as JSON or '',
--       lifetime in ms, lifetime in ms of what was before the change
-- Gives the conversations to erase, again and again until whoever erases them deletes the last key.
local turn, at, change = ARGV[1], ARGV[2], cjson.decode(ARGV[3])
local changes = next(change) ~= nil
if changes and redis.call('HEXISTS', KEYS[2], turn) == 1 then
  return change.erase and redis.call('SMEMBERS', KEYS[4]) or {}
end
if change.erase then
  redis.call('SUNIONSTORE', KEYS[4], KEYS[4], KEYS[3])
  redis.call('PEXPIRE', KEYS[4], ARGV[6])
  redis.call('DEL', KEYS[1], KEYS[3], KEYS[5])
  redis.call('HSET', KEYS[1], 'erased_at', at)
  for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
    redis.call('HSET', KEYS[2], name, '')
  end
elseif redis.call('EXISTS', KEYS[1]) == 0 then
  for name, value in pairs(cjson.decode(ARGV[4])) do
    -- With a field that nobody takes back: an empty record would be gone, and the older one count again.
    redis.call('HSET', KEYS[1], name, value, 'moved', '1')
  end
end
local function fields()
  local found, held = {}, redis.call('HGETALL', KEYS[1])
  for i = 1, #held, 2 do
    found[held[i]] = held[i + 1]
  end
  return found
end
local before = fields()
local function set(name, value)
  if value then
    redis.call('HSET', KEYS[1], name, value)
  else
    redis.call('HDEL', KEYS[1], name)
  end
end
if change.informed ~= nil then
  set('informed_at', change.informed and (redis.call('HGET', KEYS[1], 'informed_at') or at))
end
if change.consent ~= nil then
  local value = change.consent and '1' or '0'
  if redis.call('HGET', KEYS[1], 'consent') ~= value then
    redis.call('HSET', KEYS[1], 'consent', value, 'consent_at', at)
  end
end
if change.opted_out ~= nil then
  set('opted_out', change.opted_out and '1')
end
if change.crisis ~= nil then
  set('crisis_at', change.crisis and at)
end
if change.minor ~= nil then
  set('minor', change.minor and '1')
end
if ARGV[5] ~= '' and not change.erase then
  local known = redis.call('HGET', KEYS[1], 'addresses')
  local addresses = known and cjson.decode(known) or {}
  local new, address = true, cjson.decode(ARGV[5])
  for _, other in ipairs(addresses) do
    new = new and not (other[1] == address[1] and other[2] == address[2])
  end
  if new then
    table.insert(addresses, address)
    redis.call('HSET', KEYS[1], 'addresses', cjson.encode(addresses))
  end
end
if changes then
  -- After an erasure only the hash of the turn stays, which keeps that message from coming back.
  redis.call('HSET', KEYS[2], turn, ARGV[3])
end
if changes and not change.erase then
  -- Each field that is another now, as it was and as it is: should the message come again before its reply
  -- is stored, it is answered as if it had changed nothing yet.
  local after, differs = fields(), {}
  for name, value in pairs(after) do
    if before[name] ~= value then
      differs[name] = {before[name] or false, value}
    end
  end
  for name, value in pairs(before) do
    if not after[name] then
      differs[name] = {value, false}
    end
  end
  if next(differs) then
    redis.call('HSET', KEYS[5], turn, cjson.encode(differs))
    redis.call('PEXPIRE', KEYS[5], ARGV[7])
  end
end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
redis.call('PEXPIRE', KEYS[2], ARGV[6])
return change.erase and redis.call('SMEMBERS', KEYS[4]) or {}
