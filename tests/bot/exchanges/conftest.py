"""The storages on which exchanges are tested: both kinds for the contract, one kind for the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.bot.exchanges.sides import Side, Storage
from tests.bot.redis_server import RedisServer


@pytest.fixture(scope="session")
def shared_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis server for all tests that do not break it; each begins with an empty one."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(params=["embedded", "redis"])
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    """The storage of either kind."""
    url = None
    if request.param == "redis":
        url = request.getfixturevalue("shared_redis").url
        client = Redis.from_url(url)
        await client.flushall()
        await client.close(close_connection_pool=True)
    storage = Storage(tmp_path, url)
    yield storage
    await storage.close()


@pytest.fixture
def side(storage: Storage) -> Side:
    """One process's worth on it."""
    return storage.side()
