"""A real Redis, a real ledger with events, and forwarders between them."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from actions.plan import Contact, Signal
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.outbox import OutboxEvent, publish
from bot.ledger.reading import LedgerView, StoredEvent
from bot.sinks.base import TAKEN, Delivery, Sink, SinkError
from bot.sinks.forwarder import Forwarder
from bot.sinks.redis_stream import RedisStreamSink
from tests.bot.redis_server import RedisServer

STREAM = "jz:{signals}"


class Outbox:
    """A ledger to fill with events, and a view on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ledger = Ledger.open(home, hasher=Hasher([b"key"]), source=event_source("demo"))
        self.writer = self.ledger.writer
        self.view = LedgerView.at(home)

    async def add(self, *messages: str, received_at: datetime | None = None) -> None:
        """Records a signal for each message id, in this order."""
        for message in messages:
            context = TurnContext(
                channel="rest",
                user="u1",
                conversation="rest:u1",
                message_id=message,
                received_at=received_at or datetime.now(timezone.utc),
                model="m",
                content="c",
            )
            evidence = (f"交三千就能停息挂账 {message}",)
            await self.ledger.record(
                TurnRecord(context, (Signal("loan_scam", 0.9, "asking", evidence=evidence),))
            )

    async def tell(self, contact: str, *messages: str) -> list[str]:
        """Records a signal of that contact for each message id and returns the ids of the events."""
        ids = []
        for message in messages:
            context = TurnContext(
                *("rest", "u1", "rest:u1", message, datetime.now(timezone.utc), "m", "c")
            )
            signal = Signal(
                "loan_scam", 0.9, "asking", contacts=(Contact("wechat", contact, contact),)
            )
            ids += await self.ledger.record(TurnRecord(context, (signal,)))
        return ids

    async def alert(self, id: str = "abcd") -> str:
        """Publishes an event that is no signal."""
        event = OutboxEvent(id, "jingzhong.test.v1", datetime.now(timezone.utc), {"a": 1})
        await self.writer.commit(lambda connection: publish(connection, event, "/jingzhong/demo"))
        return id

    async def add_many(self, count: int, label: str = "m") -> None:
        """Records that many signals in few commits, in no order that was agreed on."""
        await asyncio.gather(*(self.add(f"{label}{n}") for n in range(count)))

    def ids(self) -> list[str]:
        """The ids of all events in the order of the ledger."""
        return [event.id for event in self.view.iterate()]

    def cursor(self, name: str = "redis") -> int:
        """How far the ledger knows the sink to be."""
        return cursor_in(self.home, name)

    def close(self) -> None:
        self.view.reader.close()
        self.ledger.close()


class Listening(Sink):
    """Takes events into a list; fails, waits or breaks as told."""

    name = "listening"

    def __init__(self) -> None:
        self.batches: list[list[StoredEvent]] = []
        self.repeated: list[bool] = []
        self.error: Exception | None = None
        self.fail_after = 0  # batches
        self.attempts: list[float] = []
        self.seconds = 0.0
        self.closed = False

    @property
    def ids(self) -> list[str]:
        """The ids of all that came, in order."""
        return [event.id for batch in self.batches for event in batch]

    async def deliver(self, events: Sequence[StoredEvent], *, again: bool = False) -> Delivery:
        self.attempts.append(time.monotonic())
        if self.seconds:
            await asyncio.sleep(self.seconds)
        if self.error is not None and len(self.batches) >= self.fail_after:
            raise self.error
        self.batches.append(list(events))
        self.repeated.append(again)
        return TAKEN

    async def close(self) -> None:
        self.closed = True


REFUSED = SinkError("the receiver is not there")


def cursor_in(home: Path, name: str = "redis") -> int:
    """The cursor of a sink in the ledger of a data directory."""
    reader = Reader(database_path(home))
    rows = reader.rows("SELECT seq FROM sinks WHERE name = ?", (name,))
    reader.close()
    return int(rows[0][0]) if rows else 0


async def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    """Waits for a condition that comes true by itself."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        await asyncio.sleep(0.005)


async def stream_ids(redis: Redis) -> list[str]:
    """The ids of all entries of the stream in their order."""
    return [fields["id"] for _, fields in await redis.xrange(STREAM)]


async def until_streamed(redis: Redis, expected: Sequence[str], seconds: float = 20) -> None:
    """Waits until the stream is as long as expected, then a moment more, and compares."""
    deadline = time.monotonic() + seconds
    length = 0
    while length < len(expected) and time.monotonic() < deadline:
        await asyncio.sleep(0.01)
        length = await redis.xlen(STREAM)
    await asyncio.sleep(0.1)
    assert await stream_ids(redis) == list(expected)


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture
async def redis(redis_server: RedisServer) -> AsyncIterator[Redis]:
    client = Redis.from_url(redis_server.url, decode_responses=True)
    yield client
    await client.close(close_connection_pool=True)


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    home = tmp_path / "home"
    home.mkdir()
    outbox = Outbox(home)
    yield outbox
    outbox.close()


@pytest.fixture
async def run(outbox: Outbox) -> AsyncIterator[Callable[..., Forwarder]]:
    """``run(sink, **options)``: a forwarder of the outbox that runs until the test ends or stops it."""
    started: list[tuple[Forwarder, asyncio.Task[None]]] = []

    def start(sink: Sink, **options: Any) -> Forwarder:
        forwarder = Forwarder(outbox.view, outbox.writer, sink, outbox.home, **options)
        started.append((forwarder, asyncio.ensure_future(forwarder.run())))
        return forwarder

    yield start
    for forwarder, task in started:
        await forwarder.stop()
        assert task.done()
        with contextlib.suppress(asyncio.CancelledError):
            task.result()


@pytest.fixture
def stream(redis: Redis) -> RedisStreamSink:
    return RedisStreamSink(redis, seconds=0.5)
