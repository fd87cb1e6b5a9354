"""What the suite asks of a channel: an adapter that does as the people and the platform of that channel do.

A further channel is a subclass in a file of its own, added to ``adapters.py``. It overrides what its platform can do,
and declares the rest in ``not_applicable``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from bot.services import Services


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery: ``taken`` if the platform need not bring it again, and what the user then saw.

    ``refused`` tells that it was turned away as none of this platform or as unreadable.
    """

    taken: bool
    said: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True)
class NotApplicable:
    """Why a case cannot come up on a channel, and what a user who tries it sees."""

    reason: str
    user_sees: str


class ChannelUnderTest(ABC):
    """One channel of a running service. ``person`` is any text; the adapter makes an id of its platform of it."""

    name: ClassVar[str]
    """As in signals."""

    not_applicable: ClassVar[Mapping[str, NotApplicable]] = {}
    """The cases of ``cases.py`` that do not apply, by name."""

    reads: ClassVar[frozenset[str]] = frozenset()
    """Kinds of attachments whose content is read; all others get the honest reply of their kind."""

    services: Services

    def settings(self) -> Mapping[str, Any]:
        """Starts what stands in for the platform, and gives the settings that the channel needs."""
        return {}

    def connect(self, services: Services, base_url: str) -> None:
        """The service runs, at this address."""
        self.services = services

    @abstractmethod
    def close(self) -> None:
        """Ends what :meth:`settings` and :meth:`connect` began."""

    @abstractmethod
    def user(self, person: str) -> str:
        """The id of a person in this channel, as the inbound messages carry it."""

    @abstractmethod
    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        """The person sends a text; with a ``message_id`` twice, the platform delivers the same message twice."""

    @abstractmethod
    def send_raw(self, body: bytes) -> Outcome:
        """A body comes in that is otherwise authentic."""

    @abstractmethod
    def forge(self, person: str, text: str) -> Outcome:
        """Somebody who is not the platform sends what would be a good message."""

    def edit(self, person: str, message_id: str, text: str) -> Outcome:
        """The person changes a text that was sent under ``message_id``."""
        raise NotImplementedError

    def attach(self, person: str, kind: str) -> Outcome:
        """The person sends something of a kind of :class:`bot.inbound.Attachment`, without words."""
        raise NotImplementedError

    def forward(self, person: str, text: str) -> Outcome:
        """The person forwards somebody else's text."""
        raise NotImplementedError

    def forward_record(self, person: str, texts: Sequence[str]) -> Outcome:
        """The person forwards several messages as one record of a chat."""
        raise NotImplementedError

    def say_in_group(self, person: str, text: str) -> Outcome:
        """The person writes to others in a group that the assistant is in."""
        raise NotImplementedError

    def block(self, person: str) -> None:
        """From now on nothing reaches the person."""
        raise NotImplementedError

    def is_noted_unreachable(self, person: str) -> bool:
        """Whether it is noted that nothing reaches the person."""
        raise NotImplementedError

    def signals(self, person: str) -> list[dict[str, Any]]:
        """The signals that the person's messages wrote."""
        user = self.services.hasher.user(self.name, self.user(person)).current
        events = [stored.event for stored in self.services.ledger.events()]
        return [event for event in events if event["data"]["user"] == user]

    def is_remembered(self, person: str) -> bool:
        """Whether a conversation with the person is stored."""
        user = self.services.hasher.user(self.name, self.user(person)).current
        return bool(
            self.services.ledger.reader.rows("SELECT 1 FROM conversations WHERE user = ?", (user,))
        )

    def reply(self, name: str) -> str:
        """The text of a reply."""
        return self.services.plain(f"utter_{name}")
