"""Forwards a ledger to Redis until it is killed; run by ``test_forwarding_kill.py``.

Arguments: data directory, address of Redis, events in a batch.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from redis.asyncio import Redis

from bot.ledger.database import database_path
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from bot.sinks.forwarder import Forwarder
from bot.sinks.redis_stream import RedisStreamSink


async def main(home: Path, url: str, batch: int) -> None:
    """Forwards for ever."""
    writer = Writer(database_path(home))
    sink = RedisStreamSink(Redis.from_url(url))
    await Forwarder(LedgerView.at(home), writer, sink, home, batch=batch).run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
