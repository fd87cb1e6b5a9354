"""Builds cases from the ledger: each signal enters once, whatever ends the process in between.

The rows of a batch and the place that was reached are written in one transaction, so there is nothing to repair
after a crash, and several builders at once do no harm: who finds that another was faster does nothing.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.cases import searching
from bot.cases.agency_names import agency_stem
from bot.cases.contacts import AGENCY, ContactKey, contact_keys
from bot.cases.counting import judge, recount
from bot.cases.rules import CaseRules
from bot.cases.states import STATES
from bot.hashing import Hasher
from bot.ledger.encoding import rfc3339, to_json, utc_now
from bot.ledger.events import EVENT_TYPE
from bot.ledger.reading import LedgerView, StoredEvent
from bot.ledger.writer import Writer

VERDICT_TYPE: Final = "jingzhong.verdict.v1"
BUILDER: Final = "system"


@dataclass(frozen=True)
class _Entry:
    """What one event brings: contacts with the columns of their mentions, or a verdict on a signal."""

    keys: tuple[ContactKey, ...] = ()
    mention: tuple[Any, ...] = ()
    words: str = ""
    judged: tuple[str, str | None] | None = None


class CaseBuilder:
    """Takes signals out of a ledger into its cases, in batches."""

    def __init__(
        self,
        view: LedgerView,
        writer: Writer,
        hasher: Hasher,
        rules: CaseRules,
        *,
        batch: int = 200,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Puts the parts together; ``view`` should be one of its own, since pages are read through it."""
        self._view = view
        self._writer = writer
        self._hasher = hasher
        self._rules = rules
        self._batch = batch
        self._clock = clock

    def progress(self) -> int:
        """The ``seq`` up to which everything is in; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._view.reader.rows("SELECT seq FROM case_progress")
        return int(rows[0][0]) if rows else 0

    def waiting(self, after: int) -> int:
        """How many events lie above that place; a short blocking read, see :meth:`progress`."""
        rows = self._view.reader.rows("SELECT count(*) FROM events WHERE seq > ?", (after,))
        return int(rows[0][0]) if rows else 0

    async def build_next(self) -> int:
        """Takes the next batch; returns how many events that were.

        Raises:
            LedgerError: when it cannot be read or written; nothing was taken then.
        """
        after, events, entries = await asyncio.to_thread(self._read)
        if events:
            last = events[-1].seq
            await self._writer.commit(
                lambda connection: self._take(connection, after, last, entries)
            )
        return len(events)

    async def build(self, done: Callable[[int], None] = lambda events: None) -> int:
        """Takes all that is there, telling ``done`` of each batch; returns how many events that were."""
        total = 0
        while taken := await self.build_next():
            total += taken
            done(taken)
        return total

    async def rebuild(self, done: Callable[[int], None] = lambda events: None) -> int:
        """Reads the whole ledger anew; what people did with the cases stays."""
        await self._writer.commit(_empty)
        total = await self.build(done)
        await self._writer.commit(_recount_all)
        return total

    def _read(self) -> tuple[int, list[StoredEvent], list[_Entry]]:
        after = self.progress()
        events = self._view.outbox(after, self._batch)
        return after, events, [_entry(event) for event in events]

    def _take(
        self,
        connection: sqlite3.Connection,
        after: int,
        last: int,
        entries: Sequence[_Entry],
    ) -> None:
        if connection.execute("SELECT seq FROM case_progress").fetchone()[0] != after:
            return
        for entry in entries:
            if entry.judged is not None:
                judge(connection, *entry.judged)
            elif entry.keys:
                self._add(connection, entry)
        recount(connection)
        self._answer_receipts(connection, after)
        connection.execute("UPDATE case_progress SET seq = ?", (last,))

    def _add(self, connection: sqlite3.Connection, entry: _Entry) -> None:
        for key in entry.keys:
            self._open(connection, key)
        connection.executemany(
            "INSERT INTO case_mentions "
            "(key, seq, event_id, user, code, stage, time, channel, platform, amounts) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(str(key), *entry.mention) for key in entry.keys],
        )
        connection.execute(
            "INSERT INTO case_signal_words (rowid, words) VALUES (?, ?)",
            (entry.mention[0], entry.words),
        )

    def _open(self, connection: sqlite3.Connection, key: ContactKey) -> None:
        """Has a known contact counted anew, and opens a case for a new one."""
        name = str(key)
        known = connection.execute("UPDATE case_contacts SET stale = 1 WHERE key = ?", (name,))
        if known.rowcount:
            return
        case_id, now = self._hasher.mac("case", name).hex()[:32], self._clock()
        deadline = self._rules.deadline("new", now)
        connection.execute(
            "INSERT INTO cases (id, title, deadline, opened_at, updated_at) VALUES (?, ?, ?, ?, ?)",
            (
                case_id,
                key.value,
                rfc3339(deadline) if deadline else None,
                rfc3339(now),
                rfc3339(now),
            ),
        )
        stem = agency_stem(key.value) if key.kind == AGENCY else ""
        connection.execute(
            "INSERT INTO case_contacts (key, case_id, home, kind, value, stem, added_at, added_by) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (name, case_id, case_id, key.kind, key.value, stem, rfc3339(now), BUILDER),
        )

    def _answer_receipts(self, connection: sqlite3.Connection, after: int) -> None:
        """A tip-off about a contact that is being looked at already hears so; the furthest case speaks."""
        rows = connection.execute(
            "SELECT event_id, cases.state FROM receipts JOIN case_mentions USING (event_id) "
            "JOIN case_contacts USING (key) JOIN cases ON cases.id = case_id WHERE seq > ?",
            (after,),
        ).fetchall()
        for event_id, state in sorted(rows, key=lambda row: STATES.index(row[1])):
            if receipt := self._rules.receipts.get(state):
                connection.execute(
                    "UPDATE receipts SET state = ? WHERE event_id = ?", (receipt, event_id)
                )


def _entry(event: StoredEvent) -> _Entry:
    """Works out all that can be worked out before the transaction, in which others wait."""
    if event.type == VERDICT_TYPE:
        verdict = event.event["data"]
        return _Entry(judged=(verdict["signal"]["id"], verdict["code"]))
    if event.type != EVENT_TYPE:
        return _Entry()
    whole = event.event
    data: dict[str, Any] = whole["data"]
    keys = contact_keys(data)
    about = (data["code"], data["stage"], whole["time"], data["channel"], data["platform"])
    mention = (event.seq, event.id, data["user"], *about, to_json(data["amounts"]))
    return _Entry(keys, mention, searching.indexed(_texts(data, keys)) if keys else "")


def _texts(data: dict[str, Any], keys: Sequence[ContactKey]) -> list[str]:
    written = [str(contact.get("raw") or "") for contact in data["contacts"]]
    named = [str(data.get(name) or "") for name in ("agency", "platform")]
    return [*data["evidence"], *written, *named, *(key.value for key in keys)]


def _empty(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM case_mentions")
    connection.execute("DELETE FROM case_signal_words")
    connection.execute("UPDATE case_progress SET seq = 0")


def _recount_all(connection: sqlite3.Connection) -> None:
    connection.execute("UPDATE case_contacts SET stale = 1")
    recount(connection)
