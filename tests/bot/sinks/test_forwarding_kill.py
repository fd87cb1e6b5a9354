"""A forwarding process may be killed at any moment: the stream gets every event once, in order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from redis import Redis

from tests.bot.redis_server import RedisServer
from tests.bot.sinks.conftest import STREAM, Outbox, cursor_in

CHILD = Path(__file__).with_name("forwarding_child.py")
KILLS = 30 if os.environ.get("JINGZHONG_SOAK") == "1" else 5
EVENTS = 300 * KILLS
BATCH = 5


def start(home: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, str(CHILD), str(home), url, str(BATCH)])


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.002)


async def test_a_forwarder_killed_between_delivery_and_cursor_adds_nothing_twice(
    outbox: Outbox, redis_server: RedisServer
) -> None:
    await outbox.add_many(EVENTS)
    redis = Redis.from_url(redis_server.url, decode_responses=True)
    repeated = 0
    for _ in range(KILLS):
        before = redis.xlen(STREAM)
        child = start(outbox.home, redis_server.url)
        wait_for(lambda: redis.xlen(STREAM) > before)  # noqa: B023 - called at once
        await asyncio.sleep(random.uniform(0, 0.2))
        child.send_signal(signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
        repeated += redis.xlen(STREAM) > cursor_in(outbox.home)
    assert repeated  # the kills did come between delivery and cursor
    assert redis.xlen(STREAM) < EVENTS

    child = start(outbox.home, redis_server.url)
    wait_for(lambda: redis.xlen(STREAM) >= EVENTS)
    wait_for(lambda: cursor_in(outbox.home) == EVENTS)
    child.kill()
    child.wait(10)
    assert [fields["id"] for _, fields in redis.xrange(STREAM)] == outbox.ids()
    redis.close()


async def test_another_process_takes_over_from_a_killed_one(
    outbox: Outbox, redis_server: RedisServer
) -> None:
    await outbox.add("m1")
    redis = Redis.from_url(redis_server.url, decode_responses=True)
    first = start(outbox.home, redis_server.url)
    wait_for(lambda: redis.xlen(STREAM) == 1)
    second = start(outbox.home, redis_server.url)
    try:
        await asyncio.sleep(1)
        first.kill()
        first.wait(10)
        await outbox.add("m2")
        wait_for(lambda: redis.xlen(STREAM) == 2)
        assert second.poll() is None
    finally:
        for child in (first, second):
            child.kill()
            child.wait(10)
    assert [fields["id"] for _, fields in redis.xrange(STREAM)] == outbox.ids()
    redis.close()
