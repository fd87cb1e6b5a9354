"""A real ledger, people who tell of contacts in it, and the cases built from that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar

import pytest

from actions.plan import Contact, Signal
from bot.audit import Actor
from bot.cases.builder import CaseBuilder
from bot.cases.cases import CaseBook
from bot.cases.contacts import ContactKey
from bot.cases.rules import CaseRules
from bot.hashing import Hasher
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.ledger.receipts import receipt_number

T = TypeVar("T")

MORNING = datetime(2026, 11, 23, 4, 0, tzinfo=timezone.utc)
NOW = datetime(2026, 11, 28, 8, 0, tzinfo=timezone.utc)
SOURCE = event_source("demo")
HASHER = Hasher([b"a key of the tests alone"])
LI = Actor("li")
RULES = CaseRules(
    days={"new": 2, "verifying": 5, "confirmed": 3},
    receipts={"verifying": "verifying", "confirmed": "confirmed", "closed": "closed"},
    shown_from=3,
)


def telling(
    user: str,
    *contacts: str,
    message: str = "m1",
    code: str = "loan_scam",
    stage: str = "approached",
    agency: str | None = None,
    evidence: str = "放款前要先交保证金",
    amounts: Sequence[str] = (),
    platform: str | None = None,
    at: datetime = MORNING,
    receipt: bool = False,
) -> TurnRecord:
    """What a person's message leaves behind; contacts are written ``kind:value``."""
    named = tuple(Contact(*contact.split(":", 1), contact.split(":", 1)[1]) for contact in contacts)
    signal = Signal(
        code,
        0.9,
        stage,
        evidence=(evidence,),
        contacts=named,
        agency=agency,
        amounts=tuple(amounts),
        platform=platform,
    )
    context = TurnContext("rest", user, f"rest:{user}", message, at, "m", "c")
    number = receipt_number(HASHER, f"{user} {message}") if receipt else None
    return TurnRecord(context, (signal,), receipt=number)


class Office:
    """Risk control at work: a ledger, its builder and its book of cases."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ledger = Ledger.open(home, hasher=HASHER, source=SOURCE)
        self.builder = CaseBuilder(
            self.ledger, self.ledger.writer, HASHER, RULES, clock=lambda: NOW
        )
        self.now = NOW
        self.book = CaseBook(
            self.ledger.reader, self.ledger.writer, SOURCE, rules=RULES, clock=lambda: self.now
        )

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def hears(self, *turns: TurnRecord, build: bool = True) -> None:
        """Writes what was told and builds the cases."""

        async def work() -> None:
            for turn in turns:
                await self.ledger.record(turn)
            if build:
                await self.builder.build()

        asyncio.run(work())

    def case_of(self, contact: str) -> str:
        """The id of the case of a contact."""
        case = self.book.of(ContactKey.parse(contact))
        assert case is not None
        return case.id

    def moves(self, case_id: str, *states: str) -> None:
        """Moves a case on, step by step."""

        async def work() -> None:
            for state in states:
                await self.book.move(case_id, state, LI, "因为")

        asyncio.run(work())

    def close(self) -> None:
        self.ledger.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    office = Office(tmp_path)
    yield office
    office.close()


@pytest.fixture
def later() -> Callable[[float], datetime]:
    """``later(hours)``: so many hours after the morning."""
    return lambda hours: MORNING + timedelta(hours=hours)
