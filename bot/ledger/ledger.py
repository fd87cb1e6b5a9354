"""The ledger of the service: writes what a turn decided and remembers what was replied."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Union

from actions.plan import Contact, Dispute, Followup, Practice, Signal, UserChange
from bot.handoff.asking import HandoffTurn, SurveyTurn
from bot.hashing import Hasher, Pseudonym
from bot.inbound import InboundMessage
from bot.ledger.database import Reader, database_path, placeholders
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.events import ThreatEvent, TurnContext, threat_event
from bot.ledger.reading import LedgerView
from bot.ledger.receipts import RECEIVED, normalise_receipt
from bot.ledger.rows import Addition, Table
from bot.ledger.sweeping import Sweeping
from bot.ledger.transcripts import transcript_rows
from bot.ledger.writer import Unit, Writer
from bot.privacy.erasing import Erasure, forget
from bot.privacy.removals import count_removed
from bot.users import Address, SqliteUserStore, UserStore

REPLY_LIFETIME = timedelta(days=7)
CONVERSATION_LIFETIME = timedelta(days=30)
"""How long a conversation is kept after its last message."""

_NO_CHANGE = UserChange()


@dataclass(frozen=True)
class TurnRecord:
    """What one turn leaves behind.

    ``receipt`` is the number (see :func:`bot.ledger.receipts.receipt_number`) under which the first
    signal is filed as a tip-off; ``address`` is remembered with the user's record, so pass it only
    for a user who may be written to. ``said`` is the masked text of a message whose words are to be kept, ``None``
    for all others; ``evidence`` what the user said to their being evidence; ``notices`` those that were told, ``practice`` what
    happened in a practised scam, ``handoff`` what a person of ours is to see of it. ``followup``
    is a question to be asked later at ``reach``, or the answer to one; ``survey`` what was said to the question how it was.
    """

    context: TurnContext
    signals: tuple[Signal, ...] = ()
    change: UserChange = _NO_CHANGE
    receipt: str | None = None
    address: Address | None = None
    said: str | None = None
    evidence: bool | None = None
    dispute: Dispute | None = None
    notices: tuple[int, ...] = ()
    practice: Practice | None = None
    followup: Followup | None = None
    reach: str | None = field(default=None, repr=False)
    handoff: HandoffTurn | None = None
    survey: SurveyTurn | None = None

    def __post_init__(self) -> None:
        if self.receipt is not None and not self.signals:
            raise ValueError("a receipt files the first signal of its turn, and this turn has none")
        if self.receipt is not None and normalise_receipt(self.receipt) is None:
            raise ValueError("the receipt is none of receipt_number()")


@dataclass(frozen=True)
class StoredReply:
    """What was answered to a message."""

    messages: tuple[Mapping[str, Any], ...]
    created_at: datetime


TurnHook = Callable[[sqlite3.Connection, TurnRecord, Pseudonym], None]
"""Writes what another part keeps of a turn, within the turn's transaction; gets the hashes of its user."""

Corroborate = Callable[[Sequence[Contact], Union[str, None]], Sequence[Mapping[str, Any]]]
"""What partners told of these contacts and of an agency of this name."""


class Ledger(LedgerView):
    """The ledger with its writing side; one per process, opened after any fork."""

    def __init__(
        self,
        writer: Writer,
        reader: Reader,
        users: UserStore,
        *,
        hasher: Hasher,
        source: str,
        clock: Callable[[], datetime] = utc_now,
        hooks: Sequence[TurnHook] = (),
        corroborate: Corroborate | None = None,
    ) -> None:
        """Puts the parts together; ``source`` is that of the events, see ``event_source``."""
        super().__init__(reader)
        self._hooks = tuple(hooks)
        self._corroborate = corroborate
        self.writer = writer
        self.users = users
        self._hasher = hasher
        self._source = source
        self._clock = clock
        self._sweeping = Sweeping()

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        hasher: Hasher,
        source: str,
        hooks: Sequence[TurnHook] = (),
        corroborate: Corroborate | None = None,
    ) -> Ledger:
        """The ledger and the user store in the data directory ``home``, which must exist.

        Raises:
            LedgerError: with one line, when the database cannot be opened.
        """
        path = database_path(home)
        writer, reader = Writer(path), Reader(path)
        return cls(
            writer,
            reader,
            SqliteUserStore(writer, reader),
            hasher=hasher,
            source=source,
            hooks=hooks,
            corroborate=corroborate,
        )

    def close(self) -> None:
        """Writes what waits and closes the database; blocks until then.

        The writer goes last: the last one to close empties the journal, in which erased text would stay.
        """
        self.reader.close()
        self.writer.close()

    async def record(
        self, turn: TurnRecord, messages: Sequence[Mapping[str, Any]] | None = None
    ) -> list[str]:
        """Writes all that a turn leaves behind, or nothing of it, and returns once that is durable.

        ``messages`` are the bubbles of the answer, which are kept where the turn's words are.

        A turn that is recorded again adds no event that is there already and changes no user again.

        Returns:
            The ids of the turn's events in order, each once, new or not.

        Raises:
            LedgerError: when it cannot be written; the reply must not go out then.
        """
        events = self._events_of(turn)
        rows = [*_event_rows(events), *transcript_rows(turn, messages, self._hasher)]
        if rows or _changes_something(turn):
            await self.writer.commit(self._turn_unit(turn, events), rows)
        return list(dict.fromkeys(event.id for event in events))

    async def store_reply(
        self, message: InboundMessage, messages: Sequence[Mapping[str, Any]]
    ) -> None:
        """Remembers what was answered to a message; the first answer to a message stays.

        Raises:
            LedgerError: when it cannot be written.
        """
        await self.writer.commit(self._sweep_unit(), [self._reply_row(message, messages)])

    async def settle(
        self,
        turn: TurnRecord | None,
        message: InboundMessage | None,
        messages: Sequence[Mapping[str, Any]] | None,
        further: Sequence[Addition],
    ) -> None:
        """Writes a turn, the answer to its message and ``further`` rows in one transaction.

        Raises:
            LedgerError: when it cannot be written; nothing of it was written then.
        """
        events = self._events_of(turn) if turn is not None else []
        rows = [*_event_rows(events), *further]
        if turn is not None:
            rows += transcript_rows(turn, messages, self._hasher)
        if message is not None and messages is not None:
            rows.append(self._reply_row(message, messages))
        sweep = self._sweep_unit()
        apply = self._turn_unit(turn, events) if turn is not None else sweep

        def unit(connection: sqlite3.Connection) -> None:
            sweep(connection)
            apply(connection)

        await self.writer.commit(unit, rows)

    def _events_of(self, turn: TurnRecord) -> list[ThreatEvent]:
        return [
            threat_event(
                signal,
                turn.context,
                source=self._source,
                hasher=self._hasher,
                corroboration=(
                    self._corroborate(signal.contacts, signal.agency) if self._corroborate else None
                ),
            )
            for signal in turn.signals
        ]

    def _turn_unit(self, turn: TurnRecord, events: Sequence[ThreatEvent]) -> Unit[None]:
        """What a turn changes; its events are only added."""

        def unit(connection: sqlite3.Connection) -> None:
            if turn.change != _NO_CHANGE or turn.address is not None:
                self._change_user(connection, turn)
            if turn.receipt is not None:
                _file(connection, turn, events)
            if self._hooks:
                user = self._hasher.user(turn.context.channel, turn.context.user)
                for hook in self._hooks:
                    hook(connection, turn, user)

        return unit

    def _reply_row(
        self, message: InboundMessage, messages: Sequence[Mapping[str, Any]]
    ) -> Addition:
        return _REPLIES, (
            self._hasher.turn(message.key, message.message_id).current,
            self._hasher.user(message.channel, message.user).current,
            to_json(list(messages)),
            rfc3339(self._clock()),
        )

    def _sweep_unit(self) -> Unit[None]:
        """Removes what has grown too old, if it is time for it."""
        now = self._clock()
        due = self._sweeping.is_due(now)

        def unit(connection: sqlite3.Connection) -> None:
            for table, column, lifetime in _LIFETIMES if due else ():
                removed = connection.execute(
                    f"DELETE FROM {table} WHERE {column} <= ?", (rfc3339(now - lifetime),)
                ).rowcount
                count_removed(connection, table, removed, now)

        return unit

    def stored_reply(self, conversation: str, message_id: str) -> StoredReply | None:
        """What was answered to a message, for seven days; ``conversation`` is ``message.key``."""
        keys = self._hasher.turn(conversation, message_id).all
        rows = self.reader.rows(
            "SELECT messages, created_at FROM replies "
            f"WHERE turn IN {placeholders(keys)} AND created_at > ?",
            (*keys, rfc3339(self._clock() - REPLY_LIFETIME)),
        )
        if not rows:
            return None
        return StoredReply(tuple(json.loads(rows[0][0])), parse_time(rows[0][1]))

    async def erase(self, user: Pseudonym) -> Erasure:
        """Erases what is stored of a user (see :mod:`bot.privacy.inventory`), and says what was done.

        Raises:
            LedgerError: when it cannot be written; nothing was erased then.
        """
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> Erasure:
            self.users.apply(connection, user, UserChange(erase=True), at=at)
            return forget(connection, user, at)

        return await self.writer.commit(unit)

    def _change_user(self, connection: sqlite3.Connection, turn: TurnRecord) -> None:
        context, changes = turn.context, turn.change != _NO_CHANGE
        user = self._hasher.user(context.channel, context.user)
        message = self._hasher.turn(context.conversation, context.message_id)
        if changes and _is_recorded(connection, message):
            return
        self.users.apply(
            connection, user, turn.change, at=context.received_at, address=turn.address
        )
        if turn.change.erase:
            forget(connection, user, self._clock())
        if changes:
            said = {
                name: value
                for name, value in asdict(turn.change).items()
                if value != getattr(_NO_CHANGE, name)
            }
            connection.execute(
                "INSERT INTO user_changes (turn, user, change, at) VALUES (?, ?, ?, ?)",
                (message.current, user.current, to_json(said), rfc3339(context.received_at)),
            )


_EVENTS = Table(
    "events",
    ("source", "id", "code", "time", "user", "body"),
    "ON CONFLICT (source, id) DO NOTHING",
)
# The first reply to a message stays for its lifetime, and no longer, whether it was swept or not.
_REPLIES = Table(
    "replies",
    ("turn", "user", "messages", "created_at"),
    "ON CONFLICT (turn) DO UPDATE SET user = excluded.user, messages = excluded.messages, "
    "created_at = excluded.created_at WHERE julianday(excluded.created_at) "
    f"- julianday(replies.created_at) >= {REPLY_LIFETIME / timedelta(days=1)}",
)
_LIFETIMES = (
    ("replies", "created_at", REPLY_LIFETIME),
    ("conversations", "updated_at", CONVERSATION_LIFETIME),
)


def _changes_something(turn: TurnRecord) -> bool:
    return (
        turn.change != _NO_CHANGE
        or turn.address is not None
        or turn.dispute is not None
        or turn.practice is not None
        or turn.followup is not None
        or turn.handoff is not None
        or turn.survey is not None
        or bool(turn.notices)
    )


def _event_rows(events: Sequence[ThreatEvent]) -> list[Addition]:
    return [
        (
            _EVENTS,
            (event.source, event.id, event.code, rfc3339(event.time), event.user, event.line()),
        )
        for event in events
    ]


def _file(connection: sqlite3.Connection, turn: TurnRecord, events: Sequence[ThreatEvent]) -> None:
    """Files the first event of the turn as a tip-off."""
    codes = list(dict.fromkeys(event.code for event in events))
    connection.execute(
        "INSERT INTO receipts (number, event_id, codes, state, received_at) "
        "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (
            normalise_receipt(turn.receipt or ""),
            events[0].id,
            to_json(codes),
            RECEIVED,
            rfc3339(turn.context.received_at),
        ),
    )


def _is_recorded(connection: sqlite3.Connection, message: Pseudonym) -> bool:
    found = connection.execute(
        f"SELECT 1 FROM user_changes WHERE turn IN {placeholders(message.all)}", message.all
    )
    return found.fetchone() is not None
