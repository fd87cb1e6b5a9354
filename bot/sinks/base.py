"""What a sink is: the contract between a forwarder and whatever takes events in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.ledger.reading import StoredEvent


class SinkError(Exception):
    """The receiver cannot be reached; the message is one line for the log and holds no text of a user."""


@dataclass(frozen=True)
class Delivery:
    """What became of the events of one delivery, by their ``seq``; those that it does not name were taken.

    ``refused`` are those that the receiver does not take though it takes others, each with the reason in one line
    without text of a user; ``left`` those that were not handed over, because an earlier one of their contact was
    refused or the receiver could not be reached. ``trouble`` is one line in that last case.
    """

    refused: Mapping[int, str] = field(default_factory=dict)
    left: frozenset[int] = frozenset()
    trouble: str | None = None

    def took(self, event: StoredEvent) -> bool:
        """Whether the receiver has that event of the delivery."""
        return event.seq not in self.refused and event.seq not in self.left


TAKEN = Delivery()
"""Everything was taken."""


class Sink(ABC):
    """A receiver of events.

    ``name`` is short, of lower-case letters, digits and hyphens, and stays the same for good: the cursor in the
    ledger is kept under it. Two sinks of one ledger have different names.
    """

    name: str

    @abstractmethod
    async def deliver(self, events: Sequence[StoredEvent], *, again: bool = False) -> Delivery:
        """Hands over the events, at least one, those of one lane (:func:`lane_of`) in their order.

        What it says was taken the receiver has, and may not lose any more. Nothing of a lane goes past an event of
        it that was not taken. Deliveries of one sink never overlap. After an error, a cancellation or a crash
        events come again, in other batches perhaps: the receiver gets ``source`` and ``id`` of each event and must
        recognise what it has. ``again`` says that they are repeated because somebody asked for it; a sink that
        itself leaves out what its receiver has must hand them over then. A delivery ends by itself: it sets time
        limits for all that it waits for, and never blocks the event loop.

        Raises:
            SinkError: when the receiver cannot be reached; it counts as if none had been taken.
        """

    @abstractmethod
    async def close(self) -> None:
        """Lets go of what the sink itself opened; nothing is delivered afterwards."""


def lane_of(event: StoredEvent) -> str:
    """What an event's order is kept with: its suspicious contact, or its own id where it names none."""
    subject = event.event.get("subject")
    return str(subject) if subject else event.id
