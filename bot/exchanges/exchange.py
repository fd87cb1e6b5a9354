"""An exchange, what is read for it, what it leaves, and the contract of the stores that keep both."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.hashing import Pseudonym
from bot.inbound import InboundMessage
from bot.ledger.ledger import StoredReply, TurnRecord
from bot.users import UserRecord

KEPT_TURNS = 10
"""How many turns of a conversation are kept; older ones live on in its slots alone."""


class StoreUnavailable(Exception):
    """The store cannot be reached or cannot write; the message is one line for the log."""


class ExchangeLost(Exception):
    """The conversation is not this exchange's any more.

    It was held for too long and went to another process, or its user had everything erased meanwhile.
    """


@dataclass(frozen=True)
class Talk:
    """What is stored of a conversation, as of ``version``; 0 is a conversation that is new.

    ``turns`` holds the events of each turn as a JSON list, oldest first. With ``since`` 0 they are all that
    is kept, and ``slots`` the slots after the last of them. Otherwise they are what came after version
    ``since``, which the reader has already, and ``slots`` is empty.
    """

    version: int = 0
    since: int = 0
    slots: Mapping[str, Any] = field(default_factory=dict)
    turns: tuple[str, ...] = ()


@dataclass(frozen=True)
class TalkTurn:
    """What a turn adds to its conversation: the ``slots`` after it and its ``events`` as a JSON list."""

    slots: str
    events: str


@dataclass(frozen=True)
class Opened:
    """What was read when an exchange was opened; ``reply`` is there if the message was answered before."""

    ticket: str
    talk: Talk
    user: UserRecord
    reply: StoredReply | None = None


@dataclass(frozen=True)
class Outcome:
    """What an exchange leaves behind: all of it is durable when the reply goes out, or none.

    ``record`` has the signals and the change of the user's record; ``messages`` are the bubbles;
    ``turn`` is ``None`` if nothing is to be kept of the conversation.
    """

    record: TurnRecord | None = None
    messages: Sequence[Mapping[str, Any]] | None = None
    turn: TalkTurn | None = None

    @property
    def erases(self) -> bool:
        """Whether the user had everything erased."""
        return self.record is not None and self.record.change.erase


@dataclass(frozen=True)
class Asked:
    """What an exchange is about: a conversation, and the message that opened it, if one did.

    ``claim`` takes the conversation from the memory of this process, if it is there, and tells its
    version, 0 for none; a store calls it when the conversation is about to be free.
    """

    conversation: str
    claim: Callable[[], int]
    message: InboundMessage | None = None


class ExchangeStore(ABC):
    """Keeps conversations, users' records and replies, and lets one exchange at a time into a conversation.

    Whoever opens an exchange must end it with :meth:`commit` or :meth:`abandon`.
    """

    @property
    @abstractmethod
    def healthy(self) -> bool:
        """Whether exchanges can be expected to succeed now."""

    @abstractmethod
    async def start(self) -> None:
        """Connects to what the store needs; what cannot be reached yet is tried again all the time."""

    @abstractmethod
    async def open(self, asked: Asked) -> Opened:
        """Waits for the conversation and reads what the exchange needs.

        Must let messages in in the order in which they asked, and must release the conversation by
        itself when its holder has died.

        Raises:
            StoreUnavailable: when the store cannot be read.
        """

    @abstractmethod
    async def commit(self, asked: Asked, opened: Opened, outcome: Outcome) -> int:
        """Writes everything durably, then releases the conversation; returns its version from now on.

        Must keep to this order where it cannot write all in one step: signals, the user's record, and
        with the release the conversation and the reply. Repeating a message after any part of this
        must come to the same end.

        Raises:
            StoreUnavailable, LedgerError: when it was not written; the exchange is still open then.
            ExchangeLost: when the conversation belongs to another exchange by now, or no longer is what was
                read of it: what a user had erased must not come back.
        """

    @abstractmethod
    async def abandon(self, asked: Asked, opened: Opened) -> None:
        """Releases the conversation and writes nothing; never raises."""

    @abstractmethod
    async def record(self, turn: TurnRecord) -> None:
        """Writes signals and the change of a user's record without a reply and outside of an exchange.

        Raises:
            StoreUnavailable, LedgerError: when it was not written.
        """

    @abstractmethod
    async def user(self, user: Pseudonym) -> UserRecord:
        """The record of a user as of the last durable change, outside of any exchange.

        Raises:
            StoreUnavailable, LedgerError: when it cannot be read.
        """

    @abstractmethod
    async def close(self) -> None:
        """Lets go of connections; writes nothing."""
