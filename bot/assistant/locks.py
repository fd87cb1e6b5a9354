"""Rasa's lock store on the exchanges, which wake the next message at once; Rasa's own polls each second."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Optional

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockStore

from bot import services as composition
from bot.exchanges.exchanges import Exchanges


class ConversationLocks(LockStore):
    """Holds a conversation while its message is processed, in all processes that share the store."""

    def __init__(
        self, endpoint_config: Optional[Any] = None, exchanges: Optional[Exchanges] = None
    ) -> None:
        """Rasa passes ``endpoint_config`` from ``endpoints.yml``, of which nothing is needed."""
        self._given = exchanges

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Waits for the conversation; a message that came through a gate holds it already."""
        exchanges = self._given or composition.current().exchanges
        async with exchanges.hold(conversation_id):
            yield TicketLock(conversation_id)
