"""Locks of conversations within one process: first come, first served, and woken at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Optional

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore


class KeyedLocks:
    """One lock a key, made when needed and forgotten with its last user."""

    def __init__(self) -> None:
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncGenerator[None, None]:
        """Holds the lock of a key; waiters are served in the order in which they came."""
        lock, users = self._locks.get(key) or (asyncio.Lock(), 0)
        self._locks[key] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks[key]
            if users == 1:
                del self._locks[key]
            else:
                self._locks[key] = (lock, users - 1)

    def __len__(self) -> int:
        return len(self._locks)


class ConversationLocks(LockStore):
    """Rasa's lock store on :class:`KeyedLocks`; Rasa's own one polls once a second."""

    def __init__(self, endpoint_config: Optional[Any] = None) -> None:
        """``endpoint_config`` is what Rasa passes from ``endpoints.yml``; nothing of it is needed."""
        self._locks = KeyedLocks()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Holds the conversation while its message is processed."""
        async with self._locks.hold(conversation_id):
            yield TicketLock(conversation_id)
