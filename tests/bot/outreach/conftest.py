"""A real ledger with outreach on it, a clock that tests set, and a platform that writes down what it takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.plan import Followup, Signal, UserChange
from bot.audit import Actor
from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader, database_path
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.outbound.mailbox import Mailbox
from bot.outbound.message import Delivery, OutboundMessage, Sender
from bot.outbound.senders import Senders
from bot.outreach.desk import OutreachDesk, WarningWish
from bot.outreach.figures import OutreachFigures, outreach_figures
from bot.outreach.rows import Outreach, OutreachView
from bot.outreach.sending import Dispatch
from bot.outreach.turns import OutreachHook
from bot.settings import ROOT
from bot.users import Address, UserRecord
from bot.voice import Voices, load_voice

NOON = datetime(2026, 11, 30, 4, 0, tzinfo=timezone.utc)  # in Beijing
LI = Actor("li")
SOURCE = event_source("demo")
FAKE_HOTLINE = "utter_outreach_fake_hotline"


@dataclass
class Platform(Sender):
    """Takes messages, or does with them what ``fates`` say, one after the other."""

    name: str = "telegram"
    taken: list[tuple[str, OutboundMessage]] = field(default_factory=list)
    fates: list[Delivery] = field(default_factory=list)

    @property
    def channel(self) -> str:
        return self.name

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        self.taken.append((address, message))
        return self.fates.pop(0) if self.fates else Delivery("sent")


class World:
    """Everything that outreach works with."""

    def __init__(self, home: Path, keys: Sequence[bytes] = (b"a key of the tests alone",)) -> None:
        self.now = NOON
        self.hasher = Hasher(keys)
        self.ledger = Ledger.open(
            home, hasher=self.hasher, source=SOURCE, hooks=(OutreachHook(SOURCE),)
        )
        self.reader = Reader(database_path(home))
        self.voices = Voices(load_voice(ROOT / "content"))
        self.mailbox = Mailbox(self.ledger.writer, self.reader, self.hasher, lambda: self.now)
        self.platform = Platform()
        self.senders = Senders(self.mailbox)
        self.senders.add(self.platform)
        self.view = OutreachView(self.reader)
        self.desk = OutreachDesk(
            *(self.reader, self.ledger.writer, self.hasher, self.voices),
            self.record_of,
            lambda: tuple(self.senders.channels()),
            lambda: self.now,
        )
        self.dispatch = self.process()

    def process(self) -> Dispatch:
        """One of the processes that share the ledger."""
        return Dispatch(
            *(self.reader, self.ledger.writer, self.hasher, self.voices),
            *(self.record_of, self.senders, lambda: self.now),
        )

    async def record_of(self, user: Pseudonym) -> UserRecord:
        return await self.ledger.users.get(user)

    def close(self) -> None:
        self.reader.close()
        self.ledger.close()

    def user(self, user: str = "u1") -> Pseudonym:
        """The hashes of a borrower."""
        return self.hasher.user("telegram", user)

    async def turn(self, user: str = "u1", message: str = "m1", **fields: Any) -> list[str]:
        """What a message of a borrower leaves behind; the ids of its signals."""
        context = TurnContext(
            "telegram", user, f"telegram:{user}", message, self.now, "model", "content"
        )
        return await self.ledger.record(TurnRecord(context, **fields))

    async def agrees(self, user: str = "u1", **change: Any) -> None:
        """The borrower agrees to be written to, and can be reached."""
        await self.turn(
            user,
            f"agrees {self.now}",
            change=UserChange(**{"consent": True, **change}),
            address=Address("telegram", user),
        )

    async def reminded(self, user: str = "u1", code: str = "loan_scam") -> str:
        """The borrower tells of a threat and agrees to be asked later; the id of the signal."""
        (signal,) = await self.turn(user, "m1", signals=(Signal(code, 0.9, "considering"),))
        await self.turn(
            user,
            "m2",
            change=UserChange(consent=True),
            address=Address("telegram", user),
            followup=Followup(signal, code),
            reach=user,
        )
        return signal

    async def warns(self, borrower: str = "u1", key: str = "k1", **wish: Any) -> Outreach:
        """Risk control warns a borrower by the keyed hash."""
        given = {"template": FAKE_HOTLINE, "key": key, "user": self.user(borrower).current, **wish}
        return await self.desk.warn(WarningWish(**given), LI)

    def later(self, **span: float) -> None:
        """Lets time pass."""
        self.now += timedelta(**span)

    def figures(self) -> OutreachFigures:
        """The figures of the last month."""
        return outreach_figures(self.reader, self.now - timedelta(days=30), self.now + timedelta(1))

    def all(self) -> list[Outreach]:
        """All rows, by the time at which they are due."""
        return sorted(self.view.list(10_000), key=lambda row: row.due_at)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()
