"""Rasa's tracker store on the exchanges: what was read with the message is what Rasa gets."""

from __future__ import annotations

from typing import Any, Optional

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot import services as composition
from bot.exchanges.exchanges import Exchanges


class ExchangeTrackerStore(TrackerStore):
    """Keeps conversations in the store of the exchanges, with the rest of what a message leaves.

    Under the lock of :class:`bot.assistant.locks.ConversationLocks` it does no IO: the conversation was
    read when the exchange was opened and is written when it ends.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        exchanges: Optional[Exchanges] = None,
        **kwargs: Any,
    ) -> None:
        """Rasa passes all but ``exchanges``, which our own server hands in."""
        super().__init__(domain, event_broker)
        self.domain = domain or Domain.empty()
        self._given = exchanges

    @property
    def exchanges(self) -> Exchanges:
        """The exchanges of this process."""
        return self._given or composition.current().exchanges

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """The conversation, ``None`` if there is none."""
        exchange = self.exchanges.current(sender_id)
        if exchange is not None:
            return exchange.tracker(self.domain)
        async with self.exchanges.hold(sender_id) as held:
            return held.tracker(self.domain)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keeps the conversation, which is durable when its exchange ends."""
        exchange = self.exchanges.current(tracker.sender_id)
        if exchange is not None:
            exchange.keep(tracker)
            return
        async with self.exchanges.hold(tracker.sender_id) as held:
            held.tracker(self.domain)
            held.keep(tracker)
