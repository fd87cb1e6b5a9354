"""Opens the conversation of the tests and holds it until it is killed; run by ``conftest.py``.

Arguments: address of Redis, data directory. Tells in a line each when it asks, and when it got in.
"""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from pathlib import Path

from bot.exchanges.exchange import Asked
from bot.hashing import Hasher
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.redis.connection import connect
from bot.redis.store import RedisExchanges


async def main(url: str, home: Path) -> None:
    """Holds for ever."""
    hasher = Hasher([b"key"])
    ledger = Ledger.open(home, hasher=hasher, source=event_source("demo"))
    store = RedisExchanges(ledger, hasher, partial(connect, url))
    await store.start()
    opening = asyncio.ensure_future(store.open(Asked("test:talk", lambda: 0)))
    await asyncio.sleep(0.1)
    print("asks", flush=True)
    await opening
    print("holds", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir()
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
