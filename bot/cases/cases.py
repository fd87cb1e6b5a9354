"""The book of cases: what people read in it and write into it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from bot.audit import Actor
from bot.cases import changes
from bot.cases.contacts import ContactKey
from bot.cases.desk import Desk
from bot.cases.reading import CaseView
from bot.cases.records import (
    Amounts,
    Case,
    CaseContact,
    CaseError,
    CaseSummary,
    ForbiddenMoveError,
    Link,
    LinkReason,
    LogEntry,
    StaleCaseError,
    UnknownCaseError,
)
from bot.cases.rules import CaseRules, default_rules
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.writer import Writer

__all__ = [
    "Amounts",
    "Case",
    "CaseBook",
    "CaseContact",
    "CaseError",
    "CaseSummary",
    "CaseView",
    "ForbiddenMoveError",
    "Link",
    "LinkReason",
    "LogEntry",
    "StaleCaseError",
    "UnknownCaseError",
]

T = TypeVar("T")


class CaseBook(CaseView):
    """Cases with their writing side; all reads are those of :class:`bot.cases.reading.CaseView`.

    Every change is one transaction with its entries in the case's log and in the audit, and returns once it is
    durable. Changes of a merged case are those of the case it was merged into. They raise
    :class:`UnknownCaseError`, :class:`ForbiddenMoveError`, :class:`StaleCaseError` and ``LedgerError``.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        source: str,
        *,
        rules: CaseRules | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Puts the parts together; ``source`` is that of the ledger's events, see ``event_source``."""
        super().__init__(reader)
        self._writer = writer
        self._source = source
        self._rules = rules or default_rules()
        self._clock = clock

    async def move(
        self, case_id: str, state: str, actor: Actor, note: str = "", *, seen: str | None = None
    ) -> Case:
        """Moves a case to the next state; ``seen`` is the state in which the person saw it.

        Tells risk control by an event, and the receipts of its tip-offs by their state.
        """
        return await self._write(
            actor, lambda desk: changes.move(desk, case_id, state, note, seen, self._rules)
        )

    async def assign(self, case_id: str, owner: str | None, actor: Actor) -> Case:
        """Gives the case to a person, or back to nobody."""
        return await self._write(
            actor, lambda desk: changes.change(desk, case_id, "assign", {"owner": owner})
        )

    async def describe(
        self,
        case_id: str,
        actor: Actor,
        *,
        title: str | None = None,
        region: str | None = None,
        deadline: datetime | None = None,
    ) -> Case:
        """Changes what is named; an empty text clears the region and restores the plain title."""
        named = {
            "title": title,
            "region": region,
            "deadline": rfc3339(deadline) if deadline is not None else None,
        }
        given = {column: value for column, value in named.items() if value is not None}
        return await self._write(
            actor, lambda desk: changes.change(desk, case_id, "describe", given)
        )

    async def annotate(self, case_id: str, note: str, actor: Actor) -> Case:
        """Adds a note; people's own secrets in it are masked before anything is stored."""
        return await self._write(actor, lambda desk: changes.annotate(desk, case_id, note))

    async def merge(self, into: str, other: str, actor: Actor, note: str = "") -> Case:
        """Puts the contacts of ``other`` into ``into``; the id of ``other`` leads there from now on."""
        return await self._write(actor, lambda desk: changes.merge(desk, into, other, note))

    async def unmerge(self, case_id: str, actor: Actor, note: str = "") -> Case:
        """Takes a merged case out again with the contacts it had; its state is that of before."""
        return await self._write(actor, lambda desk: changes.unmerge(desk, case_id, note))

    async def link(self, a: ContactKey, b: ContactKey, actor: Actor, note: str = "") -> None:
        """Says that two contacts belong together, which merges nothing."""
        await self._commit(actor, lambda desk: changes.link(desk, str(a), str(b), note))

    async def unlink(self, a: ContactKey, b: ContactKey, actor: Actor) -> None:
        """Takes back what :meth:`link` said."""
        await self._commit(actor, lambda desk: changes.unlink(desk, str(a), str(b)))

    async def _write(self, actor: Actor, change: Callable[[Desk], str]) -> Case:
        case_id = await self._commit(actor, change)
        case = await asyncio.to_thread(self.get, case_id)
        if case is None:
            raise UnknownCaseError(f"the case {case_id!r} is gone")
        return case

    async def _commit(self, actor: Actor, change: Callable[[Desk], T]) -> T:
        def unit(connection: sqlite3.Connection) -> T:
            return change(Desk(connection, actor, self._clock(), self._source))

        return await self._writer.commit(unit)
