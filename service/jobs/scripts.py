"""What happens to jobs in Redis, each step at once.

A job is a hash with the fields ``status``, ``job``, ``parts``, ``finished``, ``code`` and ``error``, and for
each item ``N`` of it ``token:N``, ``count:N``, ``held:N``, ``progress:N`` and ``message:N``. The sorted set
of open items tells of each when somebody should look after it, in milliseconds: for an item that is held,
that is the end of its lease. A sorted set for each status holds the ids of jobs by when they expire.

Keys: the job's hash, the open items, the prefix of the sets by status. Arguments: the id, the item's
number, and the script's own. All times are Redis' own.
"""

from __future__ import annotations

_COMMON = """
local job, open, by_status = KEYS[1], KEYS[2], KEYS[3]
local id, part = ARGV[1], ARGV[2]
local item = id .. ':' .. part
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = redis.call('ZSCORE', open, item)

local function become(status, seconds)
  local before = redis.call('HGET', job, 'status')
  if before then redis.call('ZREM', by_status .. before, id) end
  redis.call('HSET', job, 'status', status)
  redis.call('ZADD', by_status .. status, now + seconds * 1000, id)
end

local function close_all(seconds)
  for number = 0, redis.call('HGET', job, 'parts') - 1 do
    redis.call('ZREM', open, id .. ':' .. number)
  end
  redis.call('EXPIRE', job, seconds)
end

local function call_back(grace)
  if redis.call('HGET', job, 'callback') == '1' then
    redis.call('ZADD', open, now + grace, id .. ':-1')
  end
end
"""

# own arguments: the job as JSON, its number of parts, whether it has a callback, seconds to live, grace
ADD = (
    _COMMON
    + """
redis.call('HSET', job, 'job', ARGV[3], 'parts', ARGV[4], 'callback', ARGV[5], 'finished', 0)
redis.call('EXPIRE', job, ARGV[6])
become('queued', ARGV[6])
for number = 0, ARGV[4] - 1 do
  redis.call('ZADD', open, now + ARGV[7], id .. ':' .. number)
end
"""
)

# own arguments: the message's id
SENT = (
    _COMMON
    + """
if due and redis.call('EXISTS', job) == 1 then redis.call('HSET', job, 'message:' .. part, ARGV[3]) end
"""
)

# own arguments: lease, seconds to live; gives nothing, or the token, the number of attempts and the job
START = (
    _COMMON
    + """
if not due then return {} end
local status = redis.call('HGET', job, 'status')
if not status then
  redis.call('ZREM', open, item)
  return {}
end
if redis.call('HGET', job, 'held:' .. part) == '1' and tonumber(due) > now then return {} end
redis.call('HSET', job, 'held:' .. part, 1)
redis.call('ZADD', open, now + ARGV[3], item)
if status == 'queued' then become('running', redis.call('TTL', job)) end
return {
  redis.call('HINCRBY', job, 'token:' .. part, 1),
  redis.call('HINCRBY', job, 'count:' .. part, 1),
  redis.call('HGET', job, 'job')
}
"""
)

# own arguments: token, progress, lease; gives whether the attempt is still wanted
BEAT = (
    _COMMON
    + """
if not due or redis.call('HGET', job, 'token:' .. part) ~= ARGV[3] then return 0 end
redis.call('HSET', job, 'progress:' .. part, ARGV[4])
redis.call('ZADD', open, now + ARGV[5], item)
return 1
"""
)

# own arguments: recording, seconds to live, grace; own key: the part's result, and the prefix of them all;
# gives the job's status, or nothing if it is too late
FINISH = (
    _COMMON
    + """
if not due or redis.call('EXISTS', job) == 0 then return false end
redis.call('ZREM', open, item)
if part == '-1' then return redis.call('HGET', job, 'status') end
redis.call('SET', KEYS[4], ARGV[3], 'EX', ARGV[4])
redis.call('HSET', job, 'progress:' .. part, 1, 'held:' .. part, 0)
local parts = redis.call('HGET', job, 'parts')
if redis.call('HINCRBY', job, 'finished', 1) < tonumber(parts) then return 'running' end
close_all(ARGV[4])
for number = 0, parts - 1 do redis.call('EXPIRE', job .. ':' .. number, ARGV[4]) end
become('done', ARGV[4])
call_back(ARGV[5])
return 'done'
"""
)

# own arguments: token, code, sentence, seconds to live, grace; gives whether the job has failed by this
FAIL = (
    _COMMON
    + """
if not due or redis.call('HGET', job, 'token:' .. part) ~= ARGV[3] then return 0 end
close_all(ARGV[6])
for number = 0, redis.call('HGET', job, 'parts') - 1 do redis.call('DEL', job .. ':' .. number) end
become('failed', ARGV[6])
redis.call('HSET', job, 'code', ARGV[4], 'error', ARGV[5])
call_back(ARGV[7])
return 1
"""
)

# own arguments: token, what to add to the number of attempts, grace
RELEASE = (
    _COMMON
    + """
if not due or redis.call('HGET', job, 'token:' .. part) ~= ARGV[3] then return end
redis.call('HSET', job, 'held:' .. part, 0)
redis.call('HINCRBY', job, 'count:' .. part, ARGV[4])
redis.call('ZADD', open, now + ARGV[5], item)
"""
)

# gives the status that the job had, or nothing
REMOVE = (
    _COMMON
    + """
local status = redis.call('HGET', job, 'status')
if not status then return false end
local parts = redis.call('HGET', job, 'parts')
close_all(0)
redis.call('ZREM', open, id .. ':-1')
redis.call('ZREM', by_status .. status, id)
for number = 0, parts - 1 do redis.call('DEL', job .. ':' .. number) end
redis.call('DEL', job)
return status
"""
)

# own arguments: grace; gives nothing if the item need not be looked after, else its message or ''
CLAIM = (
    _COMMON
    + """
if not due or tonumber(due) > now then return false end
if redis.call('EXISTS', job) == 0 then
  redis.call('ZREM', open, item)
  return false
end
redis.call('ZADD', open, now + ARGV[3], item)
redis.call('HSET', job, 'held:' .. part, 0)
return redis.call('HGET', job, 'message:' .. part) or ''
"""
)
