"""Handing over again what a sink has had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from redis.asyncio import Redis

from bot.audit import Actor, AuditLog
from bot.sinks.deliveries import Deliveries, DeliveryError, parse_moment
from bot.sinks.forwarder import Forwarder
from bot.sinks.redis_stream import RedisStreamSink
from tests.bot.sinks.conftest import (
    REFUSED,
    Listening,
    Outbox,
    stream_ids,
    until,
    until_streamed,
)

Run = Callable[..., Forwarder]
STAFF = Actor("wang")


@pytest.fixture
def sink() -> Listening:
    return Listening()


def deliveries(outbox: Outbox) -> Deliveries:
    return Deliveries(outbox.view.reader, outbox.writer)


async def delivered(outbox: Outbox, sink: Listening, run: Run, count: int) -> Forwarder:
    """A forwarder that has delivered so many events and saved its cursor."""
    for n in range(count):
        await outbox.add(f"m{n}")
    forwarder = run(sink, batch=4, look_seconds=0.1)
    await until(lambda: len(sink.ids) == count)
    await until(lambda: outbox.cursor("listening") == count)
    return forwarder


async def test_everything_from_an_event_on_comes_again_in_order_and_new_events_after_it(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    forwarder = await delivered(outbox, sink, run, 10)
    assert await deliveries(outbox).replay(STAFF, "listening", 3) == 8
    await until(lambda: len(sink.ids) > 10)
    await outbox.add("new")
    forwarder.poke()
    await until(lambda: len(sink.ids) == 19)
    ids = outbox.ids()
    assert sink.ids == [*ids[:10], *ids[2:10], ids[10]]
    assert [flag for flag in sink.repeated if flag] == [True, True]
    await until(lambda: deliveries(outbox).state("listening").events == 0)
    assert deliveries(outbox).state("listening").replaying == 0
    (entry,) = AuditLog(outbox.view.reader).latest(action="sink.")
    assert (entry.actor, entry.subject, entry.detail) == (
        *("wang", "listening"),
        {"first": 3, "last": None},
    )


async def test_a_replay_ends_where_it_was_asked_to(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    await delivered(outbox, sink, run, 10)
    assert await deliveries(outbox).replay(STAFF, "listening", 2, 4) == 3
    await until(lambda: len(sink.ids) == 13)
    await asyncio.sleep(0.3)
    assert sink.ids[10:] == outbox.ids()[1:4]


async def test_replays_follow_one_another(outbox: Outbox, sink: Listening, run: Run) -> None:
    await delivered(outbox, sink, run, 5)
    await deliveries(outbox).replay(STAFF, "listening", 4)
    await deliveries(outbox).replay(STAFF, "listening", 1, 2)
    await until(lambda: len(sink.ids) == 9)
    ids = outbox.ids()
    assert sink.ids[5:] == [*ids[3:5], *ids[:2]]


async def test_a_replay_goes_on_after_the_end_of_the_process(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    first = await delivered(outbox, sink, run, 12)
    await deliveries(outbox).replay(STAFF, "listening", 1)
    sink.fail_after = len(sink.batches) + 1
    sink.error = REFUSED
    await until(lambda: not first.healthy)
    assert deliveries(outbox).state("listening").replaying > 0
    await first.stop()
    sink.fail_after, sink.error = 0, None
    before = len(sink.ids)
    run(sink, batch=4, look_seconds=0.1)
    await until(lambda: set(sink.ids[12:]) == set(outbox.ids()))
    assert 12 <= before < 24
    assert sink.ids[-1] == outbox.ids()[-1]


async def test_a_replay_of_what_a_sink_never_had_is_refused_in_one_line(
    outbox: Outbox, sink: Listening, run: Run
) -> None:
    with pytest.raises(DeliveryError, match="no sink 'listening' has had events"):
        await deliveries(outbox).replay(STAFF, "listening", 1)
    await delivered(outbox, sink, run, 2)
    with pytest.raises(DeliveryError, match="has had events up to 2, none from 3 on; name"):
        await deliveries(outbox).replay(STAFF, "listening", 3)


async def test_a_repeated_event_enters_the_redis_stream_again(
    outbox: Outbox, redis: Redis, stream: RedisStreamSink, run: Run
) -> None:
    await outbox.add("m1", "m2", "m3")
    forwarder = run(stream, look_seconds=0.1)
    await until_streamed(redis, outbox.ids())
    await until(lambda: outbox.cursor() == 3)
    await deliveries(outbox).replay(STAFF, "redis", 2)
    await until_streamed(redis, [*outbox.ids(), *outbox.ids()[1:]])
    await outbox.add("m4")
    forwarder.poke()
    await until_streamed(redis, [*outbox.ids()[:3], *outbox.ids()[1:]])
    assert len(set(await stream_ids(redis))) == 4


async def test_the_first_event_since_a_time_is_found(outbox: Outbox) -> None:
    noon = datetime(2026, 11, 29, 12, tzinfo=timezone.utc)
    for hours in range(4):
        await outbox.add(f"m{hours}", received_at=noon + timedelta(hours=hours))
    first = deliveries(outbox).first_since
    assert first(parse_moment("2026-11-29")) == 1
    assert first(parse_moment("2026-11-29T14:00:00Z")) == 3
    assert first(parse_moment("2026-11-29T22:30+08:00")) == 4
    assert first(parse_moment("2026-11-30")) is None
