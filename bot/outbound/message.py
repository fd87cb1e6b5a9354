"""What is sent outside of a reply, what became of it, and the contract of those that send it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Fate = Literal["sent", "kept", "blocked", "window_closed", "refused", "failed", "unknown"]


@dataclass(frozen=True)
class OutboundMessage:
    """Bubbles for one user, in their order, each like those of a reply: ``text``, and ``buttons`` or ``image``.

    ``id`` is the same whenever the same message is sent again.
    """

    id: str
    bubbles: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Delivery:
    """What became of a message.

    - ``sent``: the platform took it; ``kept``: it waits for the user's next visit.
    - ``blocked``: the user shut us out; ``window_closed``: this channel allows no message to the user now;
      ``refused``: the platform will never take this message, or knows no such address.
    - ``failed``: nothing went out, and it may be tried again, after ``retry_after`` seconds where they are told.
    - ``unknown``: it may have gone out or not, so that sending it again could repeat it.

    ``detail`` is a line for the log that quotes neither words nor address.
    """

    fate: Fate
    detail: str = ""
    retry_after: float | None = None

    @property
    def is_out(self) -> bool:
        """Whether the user has it or will get it without anything more being done."""
        return self.fate in ("sent", "kept")


class Sender(ABC):
    """Sends to the users of one channel."""

    @property
    @abstractmethod
    def channel(self) -> str:
        """The channel's name."""

    def user(self, address: str) -> str:
        """The id within the channel of the user behind an address; for most channels they are the same."""
        return address

    @abstractmethod
    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        """Sends a message to an address as the user store keeps it; must not raise."""
