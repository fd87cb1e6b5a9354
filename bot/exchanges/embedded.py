"""Exchanges of one process: locks in memory, everything else in the ledger's own database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.exchanges.conversation_table import ConversationTable
from bot.exchanges.exchange import (
    KEPT_TURNS,
    Asked,
    ExchangeLost,
    ExchangeStore,
    Opened,
    Outcome,
)
from bot.exchanges.locks import KeyedLocks
from bot.hashing import Hasher, Pseudonym
from bot.ledger.encoding import utc_now
from bot.ledger.ledger import CONVERSATION_LIFETIME, Ledger, TurnRecord
from bot.ledger.rows import Unmet
from bot.users import UserRecord

_NOBODY = UserRecord()


class EmbeddedExchanges(ExchangeStore):
    """The store of one process that needs nothing but its data directory.

    An exchange is written in one transaction: signals, the user's record, the conversation and the reply.
    """

    def __init__(
        self, ledger: Ledger, hasher: Hasher, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._ledger = ledger
        self._hasher = hasher
        self._clock = clock
        self._locks = KeyedLocks()
        self._talks = ConversationTable(ledger.reader, CONVERSATION_LIFETIME, KEPT_TURNS)

    @property
    def healthy(self) -> bool:
        """Always: what can fail is the ledger, which tells for itself."""
        return True

    async def start(self) -> None:
        """The ledger is open already."""

    async def open(self, asked: Asked) -> Opened:
        """See :meth:`ExchangeStore.open`."""
        await self._locks.acquire(asked.conversation)
        try:
            return await self._read(asked)
        except BaseException:
            self._locks.release(asked.conversation)
            raise

    async def _read(self, asked: Asked) -> Opened:
        message = asked.message
        user, reply = _NOBODY, None
        if message is not None:
            reply = self._ledger.stored_reply(message.key, message.message_id)
            user = await self._ledger.users.get(self._hasher.user(message.channel, message.user))
        known = 0 if reply is not None else asked.claim()
        conversation = self._hasher.conversation(asked.conversation)
        talk = self._talks.read(conversation, known, self._clock())
        return Opened("", talk, user, reply)

    async def user(self, user: Pseudonym) -> UserRecord:
        """See :meth:`ExchangeStore.user`."""
        return await self._ledger.users.get(user)

    async def commit(self, asked: Asked, opened: Opened, outcome: Outcome) -> int:
        """See :meth:`ExchangeStore.commit`."""
        conversation = self._hasher.conversation(asked.conversation)
        owner, turn, now = self._owner(asked), outcome.turn, self._clock()
        # A new one does not begin at 1: where the old one was erased by another process, such as the
        # command line, the memory of this one must not pass for it.
        begin = int(now.timestamp() * 1_000_000)
        known = opened.talk.version
        version = known + 1 if known else begin

        rows = self._talks.rows(conversation, owner, known, version, turn, now) if turn else ()
        try:
            await self._ledger.settle(outcome.record, asked.message, outcome.messages, rows)
        except Unmet:
            raise ExchangeLost(
                "a conversation was erased while a message of it was answered"
            ) from None
        self._locks.release(asked.conversation)
        return version

    async def abandon(self, asked: Asked, opened: Opened) -> None:
        """See :meth:`ExchangeStore.abandon`."""
        self._locks.release(asked.conversation)

    async def record(self, turn: TurnRecord) -> None:
        """See :meth:`ExchangeStore.record`."""
        await self._ledger.record(turn)

    async def close(self) -> None:
        """Nothing is open but the ledger, which others close."""

    def _owner(self, asked: Asked) -> Pseudonym:
        message = asked.message
        if message is not None:
            return self._hasher.user(message.channel, message.user)
        # Rasa's own ways in know no user but the conversation.
        return self._hasher.user("rasa", asked.conversation)
