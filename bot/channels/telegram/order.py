"""One thing at a time in each chat, in the order of arrival."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Order:
    """Queues by chat; a chat in which nothing waits is not remembered."""

    def __init__(self) -> None:
        self._chats: dict[int, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def turn(self, chat: int) -> AsyncGenerator[None, None]:
        """Waits until all that asked before in this chat are done."""
        lock, waiting = self._chats.get(chat, (asyncio.Lock(), 0))
        self._chats[chat] = (lock, waiting + 1)
        try:
            async with lock:
                yield
        finally:
            waiting = self._chats[chat][1] - 1
            if waiting:
                self._chats[chat] = (lock, waiting)
            else:
                del self._chats[chat]
