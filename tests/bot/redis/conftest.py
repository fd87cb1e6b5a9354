"""A Redis server shared by tests that leave it whole, one to break, and processes that die on it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.settings import ROOT
from tests.bot.exchanges.sides import Side, Storage
from tests.bot.redis_server import RedisServer


@pytest.fixture(scope="session")
def lasting_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture
async def redis(lasting_server: RedisServer) -> AsyncIterator[Redis]:
    """A client of the shared server, which is empty."""
    client = Redis.from_url(lasting_server.url, decode_responses=True)
    await client.flushall()
    yield client
    await client.close(close_connection_pool=True)


@pytest.fixture
async def storage(
    redis: Redis, lasting_server: RedisServer, tmp_path: Path
) -> AsyncIterator[Storage]:
    """The storage of the shared server."""
    storage = Storage(tmp_path, lasting_server.url)
    yield storage
    await storage.close()


@pytest.fixture
def sides(storage: Storage) -> tuple[Side, Side]:
    """Two processes' worth on the shared server."""
    return storage.side(), storage.side()


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A server of the test's own, to kill and to freeze."""
    server = RedisServer(tmp_path / "redis")
    yield server
    server.stop()


@pytest.fixture
async def shaken(own_server: RedisServer, tmp_path: Path) -> AsyncIterator[Side]:
    """One process's worth on the server of the test's own."""
    storage = Storage(tmp_path, own_server.url)
    yield storage.side()
    await storage.close()


class Doomed:
    """A process that opens the conversation of the tests; it holds it, or waits, until it is killed."""

    def __init__(self, url: str, home: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.redis.holding_child", url, str(home)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )

    def told(self) -> str:
        """The next line that it tells: ``asks`` or ``holds``."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        """Kills it."""
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()


@pytest.fixture
def doomed(lasting_server: RedisServer, tmp_path: Path) -> Iterator[Callable[[], Doomed]]:
    """``doomed()``: a further process on the shared server that will be killed."""
    started: list[Doomed] = []

    def begin() -> Doomed:
        started.append(Doomed(lasting_server.url, tmp_path / f"doomed{len(started)}"))
        return started[-1]

    yield begin
    for process in started:
        if process.process.poll() is None:
            process.kill()
