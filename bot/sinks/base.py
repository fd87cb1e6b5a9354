"""What a sink is: the contract between a forwarder and whatever takes events in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from bot.ledger.reading import StoredEvent


class SinkError(Exception):
    """Events could not be delivered; the message is one line for the log and holds no text of a user."""


class Sink(ABC):
    """A receiver of events.

    ``name`` is short, of lower-case letters, digits and hyphens, and stays the same for good: the cursor in the
    ledger is kept under it. Two sinks of one ledger have different names.
    """

    name: str

    @abstractmethod
    async def deliver(self, events: Sequence[StoredEvent]) -> None:
        """Hands over all events, at least one, in their order.

        It returns once the receiver has them all and may not lose them any more. Deliveries of one sink never
        overlap, and each goes on where the one before ended, or earlier: after an error, a cancellation or a
        crash events come again, in other batches perhaps. So the receiver gets ``source`` and ``id`` of each event
        and must recognise what it has. A delivery must end by itself: it sets time limits for all that it waits
        for, and never blocks the event loop.

        Raises:
            SinkError: when not all of them were taken; some may have been.
        """

    @abstractmethod
    async def close(self) -> None:
        """Lets go of what the sink itself opened; nothing is delivered afterwards."""
