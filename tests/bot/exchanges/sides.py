"""What one process has of the exchanges, as often as a test wants it, on one shared storage."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import partial
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from actions.plan import Signal, UserChange
from bot.exchanges.embedded import EmbeddedExchanges
from bot.exchanges.exchange import ExchangeStore
from bot.exchanges.exchanges import Exchange, Exchanges
from bot.exchanges.live import LiveConversations
from bot.hashing import Hasher
from bot.inbound import InboundMessage
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.writer import Writer
from bot.redis.connection import connect
from bot.redis.store import RedisExchanges
from bot.users import Address, SqliteUserStore

SOON = 0.3
"""Seconds within which a waiting message has to be let in; asking again by itself takes longer."""
DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    slots:
      first: {type: any, influence_conversation: false, mappings: [{type: custom}]}
      count: {type: any, influence_conversation: false, mappings: [{type: custom}]}
    """
)
NO_CHANGE = UserChange()
_BUSY_SECONDS = 0.1


def message(
    number: int | str = 1, conversation: str = "talk", user: str = "borrower"
) -> InboundMessage:
    """A message of its number."""
    return InboundMessage(
        channel="test",
        user=user,
        conversation=conversation,
        message_id=f"m{number}",
        text=f"text {number}",
        received_at=datetime.now(timezone.utc),
    )


def record_of(
    said: InboundMessage,
    *codes: str,
    change: UserChange = NO_CHANGE,
    address: Address | None = None,
) -> TurnRecord:
    """What a turn decided about a message: a signal of each code, and a change of the user's record."""
    context = TurnContext(
        channel=said.channel,
        user=said.user,
        conversation=said.key,
        message_id=said.message_id,
        received_at=said.received_at,
        model="m",
        content="c",
    )
    signals = tuple(Signal(code, 0.9, "asking", evidence=(said.text,)) for code in codes)
    return TurnRecord(context, signals, change, address=address)


def speak(exchange: Exchange, text: str) -> None:
    """One turn in which the user says a text, as Rasa and its action would leave it."""
    tracker = exchange.tracker(DOMAIN)
    if tracker is None:
        tracker = DialogueStateTracker(exchange.conversation, DOMAIN.slots)
        tracker.update(SlotSet("first", text), DOMAIN)
    tracker.update(UserUttered(text), DOMAIN)
    tracker.update(BotUttered(f"answer to {text}"), DOMAIN)
    tracker.update(SlotSet("count", (tracker.get_slot("count") or 0) + 1), DOMAIN)
    tracker.update(ActionExecuted("action_listen"), DOMAIN)
    exchange.keep(tracker)


def texts_of(tracker: DialogueStateTracker | None) -> list[str]:
    """What the user said, as far as the conversation still tells."""
    if tracker is None:
        return []
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


@dataclass(frozen=True)
class Seen:
    """What an exchange finds when it is opened."""

    texts: list[str]
    first: Any
    count: Any
    reply: list[Any] | None
    user: Any


class Side:
    """One process: its ledger in ``home``, its memory, and its store (on Redis if there is a ``url``)."""

    def __init__(
        self,
        home: Path,
        secrets: Sequence[bytes],
        url: str | None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.hasher = Hasher(secrets)
        home.mkdir(exist_ok=True)
        self.database = database_path(home)
        writer = Writer(self.database, busy_seconds=_BUSY_SECONDS)
        reader = Reader(self.database)
        self.ledger = Ledger(
            writer,
            reader,
            SqliteUserStore(writer, reader),
            hasher=self.hasher,
            source=event_source("demo"),
            clock=clock,
        )
        self.health: list[bool] = []
        self.recorded: list[TurnRecord] = []
        self.memory = LiveConversations()
        self.store: ExchangeStore = EmbeddedExchanges(self.ledger, self.hasher, clock)
        if url is not None:
            self.store = RedisExchanges(
                self.ledger, self.hasher, partial(connect, url), self.health.append
            )
        self.exchanges = Exchanges(self.store, self.recorded.append, self.memory)

    async def open(self, said: InboundMessage) -> Exchange:
        """Opens the exchange of a message."""
        return await self.exchanges.open(said.key, said)

    async def commit(self, exchange: Exchange, reply: str = "answer") -> None:
        """Ends an exchange with a reply."""
        await self.exchanges.commit(exchange, [{"text": reply}])

    async def end(self, exchange: Exchange) -> None:
        """Ends an exchange as if nothing had been said."""
        await self.exchanges.abandon(exchange)

    async def answer(
        self, said: InboundMessage, *codes: str, change: UserChange = NO_CHANGE
    ) -> Exchange:
        """Answers a message that was not answered before: one whole exchange, as a gate makes it."""
        exchange = await self.open(said)
        try:
            assert exchange.reply is None, "it was answered before"
            speak(exchange, said.text)
            await self.exchanges.record(said.key, record_of(said, *codes, change=change))
            await self.commit(exchange, f"answer to {said.text}")
        except BaseException:
            await self.end(exchange)
            raise
        return exchange

    async def look(self, said: InboundMessage) -> Seen:
        """What the message would find, were it sent now."""
        exchange = await self.open(said)
        tracker = exchange.tracker(DOMAIN)
        seen = Seen(
            texts=texts_of(tracker),
            first=tracker.get_slot("first") if tracker else None,
            count=tracker.get_slot("count") if tracker else None,
            reply=list(exchange.reply.messages) if exchange.reply else None,
            user=exchange.user,
        )
        await self.end(exchange)
        return seen

    def events(self) -> list[tuple[str, str]]:
        """The events of this side's ledger: message id and code, in order."""
        found = [stored.event["data"] for stored in self.ledger.events()]
        return [(data["message_id"], data["code"]) for data in found]

    async def close(self) -> None:
        """Ends this process's worth orderly."""
        await self.store.close()
        self.ledger.close()


@dataclass
class Storage:
    """Where sides meet: a folder, and a Redis server if there is a ``url``."""

    folder: Path
    url: str | None = None
    sides: list[Side] = field(default_factory=list)

    def side(self, *secrets: bytes) -> Side:
        """A further side; without secrets it has the key of all."""
        # On Redis the processes need not share a data directory, and here they do not.
        name = f"home{len(self.sides)}" if self.url else "home"
        self.sides.append(Side(self.folder / name, secrets or (b"key",), self.url))
        return self.sides[-1]

    async def close(self) -> None:
        """Ends all sides, and first whatever a test that failed has left waiting."""
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for side in self.sides:
            await side.close()


async def asks(opening: Any) -> asyncio.Task[Exchange]:
    """Opens an exchange in a task of its own, which has asked when this returns but not got in."""
    task: asyncio.Task[Exchange] = asyncio.ensure_future(opening)
    await asyncio.sleep(0.05)
    assert not task.done(), "it did not have to wait"
    return task


async def soon(task: asyncio.Task[Exchange]) -> Exchange:
    """The exchange of a task that must get in at once."""
    began = time.monotonic()
    exchange = await asyncio.wait_for(asyncio.shield(task), 10)
    took = time.monotonic() - began
    assert took < SOON, f"it was let in only after {took:.2f} s"
    return exchange
