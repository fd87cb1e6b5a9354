"""A ledger with people in it, and the sending of campaigns on it, as a process of its own can have them too."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from actions.content import CONTENT
from bot.audit import Actor
from bot.campaigns.library import Library
from bot.campaigns.push.audience import Recipient
from bot.campaigns.push.book import Campaign, CampaignBook, Draft
from bot.campaigns.push.claims import HELD
from bot.campaigns.push.people import People
from bot.campaigns.push.rules import PushRules
from bot.campaigns.push.sending import CampaignSending
from bot.campaigns.scripts import Script
from bot.campaigns.scripts_approval import ApprovalBook
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.outbound.mailbox import Mailbox
from bot.outbound.message import Delivery, OutboundMessage, Sender
from bot.outbound.senders import Senders
from bot.voice import Voices, load_voice

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
KEYS = (b"a key of the tests alone",)
BUBBLES = 3
"""What one person gets of the script: two of the opening, and the first step."""

ANNA, BERT = Actor("anna"), Actor("bert")


class Notebook(Sender):
    """Takes everything and keeps it; ``answers`` go before taking it.

    After the first ``quick`` messages it answers no more until it is ``free``.
    """

    def __init__(self) -> None:
        self.got: list[tuple[str, OutboundMessage]] = []
        self.answers: list[Delivery] = []
        self.quick = sys.maxsize
        self.free = asyncio.Event()
        self._came = asyncio.Event()

    @property
    def channel(self) -> str:
        return "test"

    @property
    def people(self) -> list[str]:
        """The addresses, as often as they were written to."""
        return [address for address, _ in self.got]

    async def has(self, count: int) -> None:
        """Waits until so many messages were brought."""
        while len(self.got) < count:
            self._came.clear()
            await asyncio.wait_for(self._came.wait(), 30)

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        self.got.append((address, message))
        self._came.set()
        if len(self.got) > self.quick:
            await self.free.wait()
        return self.answers.pop(0) if self.answers else Delivery("sent")


class Street:
    """Everything that a campaign needs, on one data directory."""

    def __init__(
        self,
        home: Path,
        sender: Sender | None = None,
        rate: int = 1000,
        held: timedelta = HELD,
        keys: Sequence[bytes] = KEYS,
    ) -> None:
        self.home = home
        self.hasher = Hasher(keys)
        self.ledger = Ledger.open(home, hasher=self.hasher, source=event_source("demo"))
        self.reader = Reader(database_path(home))
        self.voices = Voices(load_voice(CONTENT))
        self.library = Library.load(CONTENT, self.voices.now.content)
        self.clock: Callable[[], datetime] = lambda: NOON
        self.book = CampaignBook(self.reader, self.ledger.writer, self.hasher, lambda: self.clock())
        self.senders = Senders(Mailbox(self.ledger.writer, self.reader, self.hasher))
        if sender is not None:
            self.senders.add(sender)
        self.rules = PushRules({"test": rate}, 10, 3, timedelta(seconds=1))
        self.sending = CampaignSending(
            People(self.reader, self.hasher, self.ledger.users.get),
            self.ledger.writer,
            self.senders,
            self.voices,
            lambda: self.library,
            self.rules,
            lambda: self.clock(),
            held,
        )

    def close(self) -> None:
        self.ledger.close()

    @property
    def script(self) -> Script:
        return self.library.scripts["fake_hotline"]

    def people(self, count: int, consent: str | None = "form 1") -> Sequence[Recipient]:
        return [
            Recipient(self.hasher.user("test", f"p{n}"), "test", f"p{n}", "", consent)
            for n in range(count)
        ]

    async def approve_script(self) -> None:
        approvals = ApprovalBook(self.reader, self.ledger.writer)
        await approvals.submit(self.script, ANNA.name, ANNA)
        await approvals.approve(self.script, BERT.name, BERT)

    async def campaign(self, people: Sequence[Recipient], **draft: datetime) -> Campaign:
        """One that goes out."""
        await self.approve_script()
        made = await self.book.create(Draft("t", self.script, **draft), people, ANNA)
        await self.book.approve(made.id, BERT)
        return await self.book.start(made.id, self.script, ANNA)

    async def send_all(self, campaign: str, pause: float = 0.0, most: int = 10_000) -> None:
        """Sends until nothing is left to be sent."""
        for _ in range(most):
            await self.sending.send()
            found = self.book.get(campaign)
            if found is not None and found.state == "done":
                return
            await asyncio.sleep(pause)
        raise AssertionError("it never ended")
