"""Hears on one subscription which of this process's waiting tickets has its turn."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.redis.keys import WAKE

logger = logging.getLogger(__name__)

_AGAIN_SECONDS = 0.5


class Wakeups:
    """Gives out the tickets of one process and wakes those that wait.

    Waking only saves time: who is not woken, since the message was lost, asks again by itself.
    """

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._process = uuid.uuid4().hex
        self._given = 0
        self._waiting: dict[str, asyncio.Event] = {}
        self._listening: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to listen, before the first ticket has to wait."""
        if self._listening is None:
            self._listening = asyncio.ensure_future(self._listen())

    def ticket(self) -> str:
        """A new ticket, different from those of all processes; :meth:`forget` it in the end."""
        self._given += 1
        ticket = f"{self._process}/{self._given}"
        # From now on: its turn may come before it is known that it has to wait.
        self._waiting[ticket] = asyncio.Event()
        return ticket

    async def wait(self, ticket: str, seconds: float) -> None:
        """Waits until the ticket is woken or has been since it last waited, but no longer than this."""
        event = self._waiting[ticket]
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)
        event.clear()

    def forget(self, ticket: str) -> None:
        """The ticket waits no more."""
        self._waiting.pop(ticket, None)

    async def close(self) -> None:
        """Stops listening."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        await self._client.close(close_connection_pool=True)

    async def _listen(self) -> None:
        while True:
            subscription = self._client.pubsub(ignore_subscribe_messages=True)
            try:
                await subscription.subscribe(WAKE + self._process)
                async for message in subscription.listen():
                    event = self._waiting.get(message["data"])
                    if event is not None:
                        event.set()
            except (RedisError, OSError, asyncio.TimeoutError):
                logger.debug("listening to Redis was interrupted")
            finally:
                with contextlib.suppress(RedisError, OSError):
                    await subscription.close()
            await asyncio.sleep(_AGAIN_SECONDS)
