"""The consumers of the documentation run, lose nothing and handle each event once."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.settings import ROOT
from bot.sinks.forwarder import Forwarder
from bot.sinks.redis_stream import RedisStreamSink
from bot.sinks.signing import read_keys
from bot.sinks.webhook import WebhookSink
from tests.bot.redis_server import RedisServer
from tests.bot.sinks.conftest import STREAM, Outbox, until, until_streamed
from tests.bot.sinks.webhook_server import SECRET

Run = Callable[..., Forwarder]
Start = Callable[..., "subprocess.Popen[str]"]
CONSUMERS = ROOT / "docs" / "consumers"


@pytest.fixture
def start() -> Iterator[Start]:
    """``start(program, *arguments)``: a consumer of the documentation, ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [sys.executable, str(CONSUMERS / program), *arguments],
                env={**os.environ, "RISK_WEBHOOK_SECRET": SECRET},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def kept(database: Path) -> list[str]:
    """The ids in a consumer's inbox, in their order."""
    if not database.exists():
        return []
    with closing(sqlite3.connect(database)) as connection:
        try:
            rows = connection.execute("SELECT id FROM inbox ORDER BY place").fetchall()
        except sqlite3.OperationalError:  # it is being made
            return []
    return [id for (id,) in rows]


async def test_the_redis_consumer_keeps_every_event_once_and_in_order(
    outbox: Outbox,
    redis_server: RedisServer,
    redis: Redis,
    stream: RedisStreamSink,
    run: Run,
    start: Start,
    tmp_path: Path,
) -> None:
    database = tmp_path / "events.db"
    run(stream)
    await outbox.add_many(150)
    await outbox.tell("wxid_a", "last")
    await until_streamed(redis, outbox.ids())
    # As after a replay, or after Redis forgot its marks: entries that the consumer has had.
    for _, fields in await redis.xrange(STREAM, count=3):
        await redis.xadd(STREAM, fields)
    consumer = start(
        *("redis_consumer.py", "--url", redis_server.url, "--consumer", "a"),
        *("--database", str(database), "--until-idle", "1"),
    )
    output, _ = await asyncio.to_thread(consumer.communicate, timeout=60)
    assert consumer.returncode == 0
    assert kept(database) == outbox.ids()
    lines = output.splitlines()
    assert len(lines) == 154
    assert lines[-4].split()[2:] == ["loan_scam", "wxid_a"]
    assert lines[-3:] == ["had it already"] * 3
    assert (await redis.xpending(STREAM, "risk"))["pending"] == 0


async def test_what_a_killed_redis_consumer_was_given_another_takes_over(
    outbox: Outbox,
    redis_server: RedisServer,
    redis: Redis,
    stream: RedisStreamSink,
    run: Run,
    start: Start,
    tmp_path: Path,
) -> None:
    database = tmp_path / "events.db"
    common = ("--url", redis_server.url, "--database", str(database), "--idle", "0.5")
    run(stream)
    await outbox.add_many(300)
    await until_streamed(redis, outbox.ids())
    first = start("redis_consumer.py", *common, "--consumer", "a")
    await until(lambda: kept(database), 30)
    first.send_signal(signal.SIGKILL)
    first.wait()
    # Given to the first and never acknowledged, whatever the moment was at which it died.
    await redis.xreadgroup("risk", "a", {STREAM: ">"}, count=20)
    second = start("redis_consumer.py", *common, "--consumer", "b", "--until-idle", "2")
    output, _ = await asyncio.to_thread(second.communicate, timeout=60)
    assert "taken over: " in output
    assert sorted(kept(database)) == sorted(outbox.ids())
    assert (await redis.xpending(STREAM, "risk"))["pending"] == 0


async def test_the_redis_consumer_waits_for_a_redis_that_is_not_there(
    redis_server: RedisServer, start: Start, tmp_path: Path
) -> None:
    redis_server.stop()
    consumer = start(
        *("redis_consumer.py", "--url", redis_server.url, "--consumer", "a"),
        *("--database", str(tmp_path / "events.db"), "--until-idle", "2"),
    )
    output, _ = await asyncio.to_thread(consumer.communicate, timeout=60)
    assert consumer.returncode == 0
    assert "trying again" in output


async def test_the_webhook_receiver_keeps_every_event_once(
    outbox: Outbox, start: Start, tmp_path: Path
) -> None:
    database = tmp_path / "events.db"
    receiver = start("verify_webhook.py", "--port", "0", "--database", str(database))
    assert receiver.stdout is not None
    address = re.findall(r"http://\S+", await asyncio.to_thread(receiver.stdout.readline))[0]
    ids = await outbox.tell("wxid_a", "m1", "m2")
    for secret in (SECRET, SECRET, "whsec_" + "A" * 32):
        sink = WebhookSink("hook", address, read_keys(secret))
        delivery = await sink.deliver(outbox.view.events())
        await sink.close()
    assert delivery.refused == {1: "HTTP 401"}
    assert kept(database) == ids
    receiver.kill()
    lines = (await asyncio.to_thread(receiver.stdout.read)).splitlines()
    told = [f"{ids[n][:12]} jingzhong.threat.detected.v1 wxid_a" for n in (0, 1)]
    assert lines == [
        *(f"new   {line}" for line in told),
        *(f"again {line}" for line in told),
        "rejected: no signature fits",
    ]


def test_the_receiver_says_what_it_needs(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "SECRET" not in name}
    done = subprocess.run(
        [sys.executable, str(CONSUMERS / "verify_webhook.py"), "--port", "0"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert done.stderr == "set RISK_WEBHOOK_SECRET to the secret that the sink signs with\n"
    assert done.returncode == 1
