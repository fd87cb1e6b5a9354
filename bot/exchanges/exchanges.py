"""The exchanges that are open in this process, and the conversations that it holds in memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.exchanges.conversation import continue_with, recent, slots_of, tracker_of, written
from bot.exchanges.exchange import Asked, ExchangeStore, Opened, Outcome, Talk, TalkTurn
from bot.exchanges.live import Live, LiveConversations
from bot.inbound import InboundMessage
from bot.ledger.ledger import StoredReply, TurnRecord
from bot.users import UserRecord


class Exchange:
    """One open exchange; Rasa's stores and the reply generator find it by its conversation.

    ``record`` is what the turn decided. If a gate opened the exchange, it is written with the end of the
    exchange, before anything leaves; without a gate Rasa sends by itself and has to wait for it.
    """

    def __init__(
        self, conversation: str, memory: LiveConversations, message: InboundMessage | None
    ) -> None:
        self.asked = Asked(conversation, self._claim, message)
        self.opened = Opened("", Talk(), UserRecord())
        self.record: TurnRecord | None = None
        self._memory = memory
        self._live: Live | None = None
        self._tracker: DialogueStateTracker | None = None
        self._known_events = 0

    @property
    def conversation(self) -> str:
        """The conversation's id across channels, under which Rasa keeps it."""
        return self.asked.conversation

    @property
    def message(self) -> InboundMessage | None:
        """The message that a gate let in; ``None`` where Rasa's own ways in were used."""
        return self.asked.message

    @property
    def reply(self) -> StoredReply | None:
        """What was answered when the same message came before."""
        return self.opened.reply

    @property
    def user(self) -> UserRecord:
        """The record of the message's user."""
        return self.opened.user

    @property
    def spoken_at(self) -> float | None:
        """When something was last said before this message, in seconds since 1970; ``None`` in a new conversation."""
        talk = self.opened.talk
        if talk.version == 0:
            return None
        if talk.turns:
            return float(json.loads(talk.turns[-1])[-1]["timestamp"])
        return float(self._live.tracker.events[-1].timestamp) if self._live else None

    def tracker(self, domain: Domain) -> DialogueStateTracker | None:
        """The conversation so far, ``None`` for a new one."""
        if self._tracker is None:
            self._tracker = self._stored(domain)
            self._known_events = len(self._tracker.events) if self._tracker else 0
        return self._tracker

    def keep(self, tracker: DialogueStateTracker) -> None:
        """Takes the tracker that is to be stored with the exchange."""
        self._tracker = tracker

    def outcome(self, messages: Sequence[Mapping[str, Any]] | None) -> Outcome:
        """What is to be written at the end."""
        record = self.record if self.message is not None else None
        erases = self.record is not None and self.record.change.erase
        return Outcome(record, messages, None if erases else self._turn())

    def remembered(self, turn: TalkTurn) -> Live | None:
        """The conversation after the turn, as it is kept in memory; the store tells its version."""
        if self._tracker is None:
            return None
        kept = recent(self._tracker)
        read = sum(map(len, self.opened.talk.turns))
        known = read + (self._live.size if self._live else 0)
        size = (known + len(turn.events)) * len(kept.events) // len(self._tracker.events)
        return Live(0, kept, size)

    def _claim(self) -> int:
        self._live = self._live or self._memory.take(self.conversation)
        return self._live.version if self._live else 0

    def _stored(self, domain: Domain) -> DialogueStateTracker | None:
        talk, live = self.opened.talk, self._live
        if live is None or not talk.since:
            self._live = None
            return tracker_of(self.conversation, talk, domain)
        continue_with(live.tracker, talk.turns, domain)
        return live.tracker

    def _turn(self) -> TalkTurn | None:
        tracker = self._tracker
        if tracker is None or len(tracker.events) == self._known_events:
            return None
        return TalkTurn(slots_of(tracker), written(list(tracker.events)[self._known_events :]))


class Exchanges:
    """Opens exchanges, ends them, and keeps what they touched in memory for the next ones."""

    def __init__(
        self,
        store: ExchangeStore,
        recorded: Callable[[TurnRecord], None] = lambda turn: None,
        memory: LiveConversations | None = None,
    ) -> None:
        """``recorded`` is told of every turn with signals or changes as soon as it is durable."""
        self.store = store
        self._recorded = recorded
        self._memory = LiveConversations() if memory is None else memory
        self._open: dict[str, Exchange] = {}

    def current(self, conversation: str) -> Exchange | None:
        """The open exchange of a conversation."""
        return self._open.get(conversation)

    async def open(self, conversation: str, message: InboundMessage | None = None) -> Exchange:
        """Opens an exchange as soon as the conversation is free.

        Raises:
            StoreUnavailable, LedgerError: when the store cannot be read.
        """
        exchange = Exchange(conversation, self._memory, message)
        exchange.opened = await self.store.open(exchange.asked)
        self._open[conversation] = exchange
        return exchange

    async def commit(
        self, exchange: Exchange, messages: Sequence[Mapping[str, Any]] | None = None
    ) -> None:
        """Writes what the exchange leaves and ends it.

        Raises:
            StoreUnavailable, LedgerError, ExchangeLost: when it was not written; the exchange is then
                still open and has to be abandoned.
        """
        outcome = exchange.outcome(messages)
        live = exchange.remembered(outcome.turn) if outcome.turn else None
        version = await self.store.commit(exchange.asked, exchange.opened, outcome)
        self._end(exchange)
        if outcome.erases:
            # The user may have had other conversations; they are read again where they still exist.
            self._memory.clear()
        elif live is not None:
            self._memory.keep(exchange.conversation, replace(live, version=version))
        if outcome.record is not None:
            self._recorded(outcome.record)

    async def abandon(self, exchange: Exchange) -> None:
        """Ends the exchange as if its message had not come; never raises."""
        # Its tracker has seen what is not to be, and is not put back into memory.
        self._end(exchange)
        await self.store.abandon(exchange.asked, exchange.opened)

    async def talk(self, conversation: str) -> Talk:
        """What is stored of a conversation, whole, as soon as nothing of it is being answered.

        Raises:
            StoreUnavailable, LedgerError: when the store cannot be read.
        """
        asked = Asked(conversation, lambda: 0)
        opened = await self.store.open(asked)
        await self.store.abandon(asked, opened)
        return opened.talk

    async def record(self, conversation: str, turn: TurnRecord) -> None:
        """Writes what a turn decided: with the end of its exchange if that has a gate, otherwise now.

        Raises:
            StoreUnavailable, LedgerError: when it had to be written now and could not be.
        """
        exchange = self.current(conversation)
        if exchange is not None:
            exchange.record = turn
        if exchange is None or exchange.message is None:
            await self.store.record(turn)
            self._recorded(turn)

    @asynccontextmanager
    async def hold(self, conversation: str) -> AsyncGenerator[Exchange, None]:
        """The exchange of the gate that let the message in, else one for Rasa's own ways in.

        Raises:
            StoreUnavailable, LedgerError, ExchangeLost: when the conversation cannot be read or written.
        """
        current = self.current(conversation)
        if current is not None and current.message is not None:
            yield current
            return
        exchange = await self.open(conversation)
        try:
            yield exchange
            await self.commit(exchange)
        except BaseException:
            await asyncio.shield(self.abandon(exchange))
            raise

    def _end(self, exchange: Exchange) -> None:
        # The next exchange of the conversation may be open already.
        if self._open.get(exchange.conversation) is exchange:
            del self._open[exchange.conversation]
