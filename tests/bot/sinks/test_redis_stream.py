"""Signals on a Redis stream: once, in order, whatever happens to either side."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from redis.asyncio import Redis

from bot.ledger.database import database_path
from bot.ledger.events import EVENT_TYPE
from bot.sinks.base import SinkError
from bot.sinks.forwarder import Forwarder
from bot.sinks.redis_stream import MARK_SECONDS, STREAM_LENGTH, RedisStreamSink
from tests.bot.redis_server import RedisServer
from tests.bot.sinks.conftest import STREAM, Outbox, stream_ids, until, until_streamed

Run = Callable[..., Forwarder]


async def test_everything_arrives_once_and_in_order(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    await outbox.add_many(150, "before")
    forwarder = run(stream, batch=40)
    for n in range(50):
        await outbox.add(f"during{n}")
        forwarder.poke()
    await until_streamed(redis, outbox.ids())
    assert forwarder.lag() == (0, 0.0)


async def test_an_entry_tells_what_a_consumer_needs_to_choose_and_recognise_events(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    await outbox.add("m1")
    (event,) = outbox.view.events()
    await stream.deliver([event])
    ((_, fields),) = await redis.xrange(STREAM)
    told = json.loads(fields["event"])
    assert told == event.event
    assert "交三千就能停息挂账" in fields["event"]
    assert fields == {
        "id": told["id"],
        "source": told["source"],
        "type": EVENT_TYPE,
        "time": told["time"],
        "code": "loan_scam",
        "event": event.line,
    }


async def test_a_batch_that_comes_again_enters_once_with_what_is_new_in_it(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    await outbox.add("m1", "m2", "m3")
    events = outbox.view.events()
    await stream.deliver(events[:2])
    await stream.deliver(events[1:])
    await stream.deliver(events)
    assert await stream_ids(redis) == outbox.ids()


async def test_the_same_id_from_another_source_is_another_event(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        database.executemany(
            "INSERT INTO events (source, id, code, time, user, body) VALUES (?, 'i', 'c', 't', 'u', "
            """'{"type": "t", "time": "t"}')""",
            [("/a",), ("/b",)],
        )
        database.commit()
    await stream.deliver(outbox.view.events())
    assert await stream_ids(redis) == ["i", "i"]


async def test_marks_leave_after_seven_days_and_all_keys_share_one_slot(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    await outbox.add("m1", "m2")
    await stream.deliver(outbox.view.events())
    keys = await redis.keys("*")
    marks = [key for key in keys if key != STREAM]
    assert len(marks) == 2
    assert {key.partition("}")[0] for key in keys} == {"jz:{signals"}
    for mark in marks:
        assert MARK_SECONDS - 60 < await redis.ttl(mark) <= MARK_SECONDS


async def test_the_stream_is_trimmed_to_about_its_length(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    pipeline = redis.pipeline(transaction=False)
    for _ in range(STREAM_LENGTH // 10000):
        pipeline.eval(
            "for i = 1, 10000 do redis.call('XADD', KEYS[1], '*', 'id', '') end", 1, STREAM
        )
    pipeline.eval("for i = 1, 5000 do redis.call('XADD', KEYS[1], '*', 'id', '') end", 1, STREAM)
    await pipeline.execute()
    await outbox.add("m1")
    await stream.deliver(outbox.view.events())
    assert STREAM_LENGTH <= await redis.xlen(STREAM) < STREAM_LENGTH + 1000
    ((_, last),) = await redis.xrevrange(STREAM, count=1)
    assert last["id"] == outbox.ids()[0]


async def test_an_error_within_the_script_does_not_mark_events_as_added(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    await outbox.add("m1", "m2")
    await redis.set(STREAM, "no stream")
    with pytest.raises(SinkError, match="WRONGTYPE"):
        await stream.deliver(outbox.view.events())
    await redis.delete(STREAM)
    await stream.deliver(outbox.view.events())
    assert await stream_ids(redis) == outbox.ids()


async def test_a_redis_without_memory_refuses_in_one_line_and_gets_all_later(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    await redis.config_set("maxmemory", 1)
    await outbox.add("m1")
    forwarder = run(stream)
    await until(lambda: not forwarder.healthy)
    assert forwarder.last_error == "Redis: command not allowed when used memory > 'maxmemory'"
    await redis.config_set("maxmemory", 0)
    await until_streamed(redis, outbox.ids())


async def test_a_script_that_redis_has_forgotten_is_loaded_again(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink
) -> None:
    await outbox.add("m1", "m2")
    events = outbox.view.events()
    await stream.deliver(events[:1])
    await redis.script_flush()
    await stream.deliver(events[1:])
    assert await stream_ids(redis) == outbox.ids()


async def test_a_batch_is_one_call(outbox: Outbox, redis: Redis, stream: RedisStreamSink) -> None:
    await outbox.add_many(50)
    events = outbox.view.events()
    await stream.deliver(events[:1])
    await redis.config_resetstat()
    await stream.deliver(events)
    commands = await redis.info("commandstats")
    assert commands["cmdstat_evalsha"]["calls"] == 1
    assert commands["cmdstat_xadd"]["calls"] == 49


async def test_a_second_forwarder_with_the_old_cursor_adds_nothing_twice(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    await outbox.add_many(120)
    first = run(stream, batch=50)
    await until_streamed(redis, outbox.ids())
    await first.stop()
    with closing(sqlite3.connect(database_path(outbox.home))) as database:
        database.execute("DELETE FROM sinks")
        database.commit()
    await outbox.add("more")
    run(stream, batch=70)
    await until_streamed(redis, outbox.ids())


@pytest.mark.parametrize("end", [RedisServer.stop, RedisServer.kill])
async def test_redis_may_go_and_come_back_and_nothing_is_lost(
    outbox: Outbox,
    redis_server: RedisServer,
    redis: Redis,
    stream: RedisStreamSink,
    run: Run,
    end: Callable[[RedisServer], None],
) -> None:
    forwarder = run(stream, longest_pause=0.5, batch=10)
    await outbox.add_many(100, "before")
    forwarder.poke()
    await until(lambda: forwarder.lag().events < 100)
    end(redis_server)  # in the middle, most likely
    await outbox.add_many(30, "while")
    forwarder.poke()
    await until(lambda: not forwarder.healthy)
    assert str(forwarder.last_error).startswith("Redis: ")
    assert forwarder.lag().events >= 30
    redis_server.start()
    await until_streamed(redis, outbox.ids())
    assert forwarder.healthy
    assert forwarder.lag() == (0, 0.0)


async def test_a_redis_that_hangs_is_left_in_time_and_nothing_is_doubled(
    outbox: Outbox, redis_server: RedisServer, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    forwarder = run(stream, longest_pause=0.2)
    await outbox.add("m1")
    await until_streamed(redis, outbox.ids())
    redis_server.freeze()
    await outbox.add("m2", "m3")
    started = time.monotonic()
    forwarder.poke()
    await until(lambda: not forwarder.healthy)
    assert 0.4 < time.monotonic() - started < 3
    assert forwarder.last_error == "Redis did not answer within 0.5 s"
    await asyncio.sleep(1)  # some more calls hang, which it will all do when it goes on
    redis_server.thaw()
    await until_streamed(redis, outbox.ids())
    await outbox.add("m4")
    await until_streamed(redis, outbox.ids())


async def test_stop_writes_the_cursor_of_what_redis_has(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    await outbox.add_many(25)
    forwarder = run(stream)
    await until_streamed(redis, outbox.ids())
    await forwarder.stop()
    assert outbox.cursor() == outbox.view.latest(1)[0].seq
    assert await redis.ping()  # the client is the caller's


async def test_a_consumer_group_shares_all_events_among_its_members_once(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    await redis.xgroup_create(STREAM, "risk", id="0", mkstream=True)
    run(stream, batch=7)
    got: dict[str, list[str]] = {"a": [], "b": []}

    async def consume(member: str) -> None:
        while len(got["a"]) + len(got["b"]) < 60:
            for _, entries in await redis.xreadgroup(
                "risk", member, {STREAM: ">"}, count=5, block=50
            ):
                for entry, fields in entries:
                    got[member].append(json.loads(fields["event"])["id"])
                    await redis.xack(STREAM, "risk", entry)

    await asyncio.gather(outbox.add_many(60), *map(consume, got))
    assert sorted(got["a"] + got["b"]) == sorted(outbox.ids())
    assert (await redis.xpending(STREAM, "risk"))["pending"] == 0
