"""The desk of the people who take over: the queue, what was said, and their answers."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from bot.audit import Actor, note
from bot.exchanges.exchange import StoreUnavailable
from bot.handoff.survey import QUESTION, ask, may_be_asked, take_back
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, storable, utc_now
from bot.ledger.writer import Writer
from bot.outbound.message import Delivery, OutboundMessage
from bot.outbound.senders import Senders
from bot.outbound.wording import worded
from bot.users import UserRecord
from bot.voice import Voices

LONGEST: Final = 500
"""Code points of one answer: what fits a phone screen twice."""

WORDS: Final = "utter_handoff_words"
WORDS_ALONE: Final = "utter_handoff_words_alone"
SHOW_WHO: Final = frozenset({"chat", "app"})
"""Channels whose page shows by itself who speaks; on all others the words begin with it."""

UserOf = Callable[[Pseudonym], Awaitable[UserRecord]]
ENDED: Final = "utter_handoff_ended"
Why = Literal["missing", "ended", "others", "not_taken"]
_COLUMNS = "id, channel, state, reason, urgent, asked_at, due_at, agent, taken_at, answered_at, ended_at, summary"
_FIND = f"SELECT {_COLUMNS} FROM handoffs WHERE id = ?"  # noqa: S608
_QUEUE = (
    f"SELECT {_COLUMNS} FROM handoffs WHERE state <> 'ended' "  # noqa: S608
    "ORDER BY state = 'taken', urgent DESC, asked_at"
)
_ENDED = f"SELECT {_COLUMNS} FROM handoffs WHERE state = 'ended' ORDER BY ended_at DESC LIMIT ?"  # noqa: S608
_SAID = "SELECT side, author, text, at, fate FROM handoff_messages WHERE handoff = ? ORDER BY seq"
_TAKE = "UPDATE handoffs SET state = 'taken', agent = :agent, taken_at = :at, agent_at = :at WHERE id = :id"
_ANSWER = (
    "INSERT INTO handoff_messages (id, handoff, side, author, text, at, fate) "
    "VALUES (?, ?, 'agent', ?, ?, ?, 'unknown')"
)
_ANSWERED = (
    "UPDATE handoffs SET agent_at = :at, answered_at = coalesce(answered_at, :at) WHERE id = :id"
)
_END = "UPDATE handoffs SET state = 'ended', ended_at = ? WHERE id = ?"
_WHOSE = "SELECT user FROM handoffs WHERE id = ?"
_REACH = "SELECT channel, reach FROM handoffs WHERE id = ?"


class HandoffError(Exception):
    """Why something cannot be done with a hand-off: ``why`` names it, the message says it in a line."""

    def __init__(self, why: Why, line: str) -> None:
        super().__init__(line)
        self.why = why


@dataclass(frozen=True)
class Request:
    """A request for a person; ``summary`` is what the assistant knew when it was made."""

    ticket: str
    channel: str
    state: str
    reason: str
    urgent: bool
    asked_at: datetime
    due_at: datetime
    agent: str | None
    taken_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    summary: Mapping[str, Any]

    def is_late(self, now: datetime) -> bool:
        """Whether the promised time has passed without an answer."""
        return self.state != "ended" and self.answered_at is None and now > self.due_at


@dataclass(frozen=True)
class Said:
    """What was said since the request, by the user or by a person of ours; ``fate`` is that of a delivery."""

    side: str
    author: str | None
    text: str
    at: datetime
    fate: str | None


class HandoffDesk:
    """Reads may block; changes are durable when they return and stand in the audit."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        senders: Senders,
        voices: Voices,
        user_of: UserOf,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._senders = senders
        self._voices = voices
        self._user_of = user_of
        self._clock = clock

    def standing(self) -> list[Request]:
        """All that wait, in the order in which they are to be taken, then those that are taken."""
        return [_request(row) for row in self._reader.rows(_QUEUE)]

    def ended(self, limit: int) -> list[Request]:
        """The last that were ended, the newest first."""
        return [_request(row) for row in self._reader.rows(_ENDED, (limit,))]

    def get(self, ticket: str) -> Request | None:
        """One request by its number."""
        rows = self._reader.rows(_FIND, (ticket,))
        return _request(rows[0]) if rows else None

    async def read(self, ticket: str, actor: Actor) -> list[Said]:
        """What was said since the request; that somebody else than its own agent looked stands in the audit."""
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> list[Said]:
            request = _found(connection, ticket)
            if request.agent != actor.name or request.state != "taken":
                note(connection, actor, "handoff.read", ticket, at=at)
            return [_said(row) for row in connection.execute(_SAID, (ticket,))]

        return await self._writer.commit(unit)

    async def take(self, ticket: str, actor: Actor) -> None:
        """Takes over: from now on the assistant is quiet. Taking what another one has relieves them.

        Raises:
            HandoffError: when there is none, or it is ended.
        """
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            request = _found(connection, ticket)
            if request.state == "ended":
                raise HandoffError("ended", f"{ticket} is ended")
            values = {"id": ticket, "agent": actor.name, "at": rfc3339(at)}
            connection.execute(_TAKE, values)
            note(connection, actor, "handoff.take", ticket, {"from": request.agent}, at=at)

        await self._writer.commit(unit)

    async def answer(self, ticket: str, text: str, actor: Actor) -> Delivery:
        """Sends words to the user and tells what became of them.

        Raises:
            HandoffError: when the actor has not taken it.
            WordingError: when the words hold a number or an address that is not ours; nothing was sent.
        """
        request = self.get(ticket)
        shows_who = request is not None and request.channel in SHOW_WHO
        bubble = worded(self._voices.now, WORDS_ALONE if shows_who else WORDS, {"words": text})
        bubble["custom"] = {"from": "agent"}
        message, at = OutboundMessage(uuid.uuid4().hex, (bubble,)), self._clock()

        def unit(connection: sqlite3.Connection) -> tuple[str, str]:
            _own(connection, ticket, actor)
            row = (message.id, ticket, actor.name, storable(text), rfc3339(at))
            connection.execute(_ANSWER, row)
            connection.execute(_ANSWERED, {"id": ticket, "at": rfc3339(at)})
            note(connection, actor, "handoff.answer", ticket, {"message": message.id}, at=at)
            channel, reach = connection.execute(_REACH, (ticket,)).fetchone()
            return channel, reach

        return await self._send(message, *await self._writer.commit(unit))

    async def end(self, ticket: str, actor: Actor) -> Delivery:
        """Gives the user back to the assistant, which says so, and now and then asks how it was.

        Raises:
            HandoffError: when the actor has not taken it.
        """
        voice, at, id = self._voices.now, self._clock(), uuid.uuid4().hex
        ended, question = worded(voice, ENDED), worded(voice, QUESTION)
        may_ask = await self._may_ask(ticket, at)

        def unit(connection: sqlite3.Connection) -> tuple[str, str, bool]:
            _own(connection, ticket, actor)
            connection.execute(_END, (rfc3339(at), ticket))
            note(connection, actor, "handoff.end", ticket, at=at)
            channel, reach = connection.execute(_REACH, (ticket,)).fetchone()
            asks = may_ask and ask(connection, id, ticket, voice.handoff.survey, at)
            return channel, reach, asks

        channel, reach, asks = await self._writer.commit(unit)
        message = OutboundMessage(id, (ended, question) if asks else (ended,))
        delivery = await self._senders.send(channel, reach, message)
        if asks and not delivery.is_out and delivery.fate != "unknown":
            await self._writer.commit(lambda connection: take_back(connection, id))
        return delivery

    async def _may_ask(self, ticket: str, now: datetime) -> bool:
        rows = self._reader.rows(_WHOSE, (ticket,))
        if not rows or not rows[0][0]:
            return False
        try:
            return may_be_asked(await self._user_of(Pseudonym(str(rows[0][0]))), now)
        except StoreUnavailable:
            # Handing back goes on; whoever may be a minor is not asked.
            return False

    async def _send(self, message: OutboundMessage, channel: str, reach: str) -> Delivery:
        delivery = await self._senders.send(channel, reach, message)
        fate = (delivery.fate, message.id)
        await self._writer.commit(
            lambda connection: connection.execute(
                "UPDATE handoff_messages SET fate = ? WHERE id = ?", fate
            )
        )
        return delivery


def _found(connection: sqlite3.Connection, ticket: str) -> Request:
    row = connection.execute(_FIND, (ticket,)).fetchone()
    if row is None:
        raise HandoffError("missing", f"there is no hand-off {ticket!r}")
    return _request(row)


def _own(connection: sqlite3.Connection, ticket: str, actor: Actor) -> None:
    request = _found(connection, ticket)
    if request.state == "ended":
        raise HandoffError("ended", f"{ticket} is ended")
    if request.state != "taken":
        raise HandoffError("not_taken", f"{ticket} has to be taken first")
    if request.agent != actor.name:
        raise HandoffError("others", f"{ticket} was taken by {request.agent}")


def _request(row: Sequence[Any]) -> Request:
    ticket, channel, state, reason, urgent, asked, due, agent, *times, summary = row
    taken, answered, ended = (parse_time(time) if time else None for time in times)
    return Request(
        ticket,
        channel,
        state,
        reason,
        bool(urgent),
        parse_time(asked),
        parse_time(due),
        agent,
        taken,
        answered,
        ended,
        json.loads(summary),
    )


def _said(row: Sequence[Any]) -> Said:
    side, author, text, at, fate = row
    return Said(side, author, text, parse_time(at), fate)
