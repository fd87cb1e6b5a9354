"""Asks all the time whether Redis takes what messages have to write."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Callable

from bot.exchanges.exchange import StoreUnavailable
from bot.redis.batches import Batches
from bot.redis.keys import alive_key

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 1.0
_LIFETIME_MS = 10_000


class Health:
    """Writes a key that soon runs out, once a second.

    A ping is not enough: a server that has become a replica, whose memory is full or whose disk fails answers
    it as if all were well, and takes no message.
    """

    def __init__(self, batches: Batches, on_change: Callable[[bool], None]) -> None:
        """``on_change`` hears when Redis comes or goes."""
        self._batches = batches
        self._on_change = on_change
        self._key = alive_key(uuid.uuid4().hex)
        self._up: bool | None = None
        self._asking: asyncio.Task[None] | None = None

    @property
    def good(self) -> bool:
        """Whether Redis took the last write, a second ago or so; also while none was tried."""
        return self._up is not False

    async def start(self) -> None:
        """Begins to ask, unless it has begun; the first answer is there when this returns."""
        if self._asking is None:
            self._asking = asyncio.ensure_future(self._keep_asking())
            await self._ask()

    async def close(self) -> None:
        """Asks no more."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait({self._asking})

    async def _keep_asking(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self._ask()

    async def _ask(self) -> None:
        try:
            await self._batches.send("SET", self._key, "1", "PX", _LIFETIME_MS)
            self._report(True, "Redis takes messages again")
        except StoreUnavailable as error:
            self._report(False, f"{error}; messages are refused until it takes them")

    def _report(self, up: bool, line: str) -> None:
        if up != self._up:
            if not up or self._up is not None:
                logger.error(line)
            self._up = up
            self._on_change(up)
