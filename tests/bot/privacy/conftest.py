"""A ledger with somebody in every table of it, and the desk that people ask for their data."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from actions.content import CONTENT
from actions.plan import Contact, Signal, UserChange
from bot.audit import Actor, AuditEntry, AuditLog
from bot.cases.builder import CaseBuilder
from bot.cases.cases import CaseBook
from bot.cases.contacts import ContactKey
from bot.cases.rules import CaseRules
from bot.feedback.turns import feedback_of_turn
from bot.hashing import Hasher, Pseudonym
from bot.inbound import InboundMessage
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import rfc3339
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.privacy.removals import standings
from bot.privacy.requests import DataRequests
from bot.privacy.retention import Outcome, Retention
from bot.privacy.terms import load_terms
from bot.settings import Settings
from bot.users import Address

NOW = datetime(2026, 11, 28, 8, 0, tzinfo=timezone.utc)
LI = Actor("li")
SOURCE = event_source("demo")
RULES = CaseRules(days={}, receipts={}, shown_from=3)
PHONE = Contact("phone", "+8613800001234", "138 0000 1234")
SIGNAL = Signal("loan_scam", 0.9, "approached", evidence=("放款前要先交解冻费",), contacts=(PHONE,))


class House:
    """A ledger, its cases and its clock."""

    def __init__(
        self, home: Path, keys: tuple[bytes, ...] = (b"a key of the tests alone",)
    ) -> None:
        self.home = home
        self.now = NOW
        self.hasher = Hasher(keys)
        self.ledger = Ledger.open(
            home,
            hasher=self.hasher,
            source=SOURCE,
            hooks=(feedback_of_turn,),
        )
        self.reader = Reader(database_path(home))
        self.book = CaseBook(self.reader, self.ledger.writer, SOURCE, rules=RULES)
        self.job = Retention(
            self.reader, self.ledger.writer, lambda: load_terms(CONTENT), lambda: self.now
        )

    def close(self) -> None:
        """Closes everything."""
        self.reader.close()
        self.ledger.close()

    def user(self, user: str = "u1") -> Pseudonym:
        """The hashes of a borrower."""
        return self.hasher.user("rest", user)

    def desk(self, **settings: Any) -> DataRequests:
        """The desk for requests of people."""
        made = Settings(home=self.home, **settings)
        return DataRequests(made, self.reader, self.ledger.writer)

    async def hears(
        self, user: str, text: str, *, message: str = "m1", ago: int = 0, **fields: Any
    ) -> list[str]:
        """A message with a signal, so many days ago, answered; the ids of its signals."""
        at = self.now - timedelta(days=ago)
        context = TurnContext("rest", user, f"rest:{user}", message, at, "model", "content")
        given = {"signals": (SIGNAL,), "said": text, **fields}
        answer = [{"text": "请先停下，不要转账。"}]
        ids = await self.ledger.record(TurnRecord(context, **given), answer)
        await CaseBuilder(self.ledger, self.ledger.writer, self.hasher, RULES).build()
        return ids

    async def lives(self, user: str = "u1", ago: int = 0) -> str:
        """Leaves something of a borrower nearly everywhere; the id of the signal."""
        (signal,) = await self.hears(
            user,
            "放款前要先交解冻费，我该不该交",
            ago=ago,
            change=UserChange(informed=True, consent=True),
            address=Address("rest", user),
            receipt="JZ-KXWP-QMRT",
            evidence=True,
        )
        message = InboundMessage("rest", user, f"rest:{user}", "m1", "x", self.now)
        await self.ledger.store_reply(message, [{"text": "您好"}])
        mine, at = self.user(user).current, rfc3339(self.now - timedelta(days=ago))

        def unit(connection: sqlite3.Connection) -> None:
            for statement, values in (
                ("disputes VALUES (?, ?, ?, 1)", (signal, mine, at)),
                ("notices VALUES (NULL, ?, ?, 'utter_verdict_kept', ?, NULL)", (mine, signal, at)),
                (
                    "appeals VALUES (?, 'borrower', NULL, ?, '我的理由', NULL, 'open', ?, 'li', ?, "
                    "NULL, NULL, '')",
                    (f"a-{user}", mine, at, at),
                ),
                ("conversations VALUES (?, ?, 1, '{}', ?)", (f"c-{user}", mine, at)),
                ("conversation_turns VALUES (?, 0, 1, '[\"聊天原文\"]')", (f"c-{user}",)),
                ("radar_reports VALUES ('phone:x', 739000, ?, 0, 1)", (mine,)),
                ("radar_reporters VALUES (?, 739000, 739000)", (mine,)),
                ("unreachable VALUES (?, 'rest', ?)", (mine, at)),
                ("wechat_choices VALUES (?, '[]', ?)", (mine, at)),
                ("bans VALUES (NULL, ?, 'rest', '', 'system', ?, ?, NULL, NULL)", (mine, at, at)),
                ("wechat_inbox VALUES (?, ?, '{}', ?, NULL, 0)", (f"t-{user}", mine, at)),
                (
                    "handoffs VALUES (?, ?, ?, 'rest', ?, 'waiting', 'request', 0, ?, ?, NULL, "
                    'NULL, NULL, NULL, NULL, \'{"said": "聊天原文"}\')',
                    (f"RG-{user}", mine, f"c-{user}", user, at, at),
                ),
                (
                    "surveys VALUES (?, ?, ?, 'rest', 'li', ?, 'poor', ?, '等太久', 0, 1)",
                    (f"s-{user}", f"RG-{user}", mine, at, at),
                ),
                ("survey_refusals VALUES (?, ?)", (mine, at)),
                (
                    "mailbox VALUES (NULL, ?, ?, 'rest', '[{\"text\": \"给您的话\"}]', ?, NULL, NULL)",
                    (f"b-{user}", mine, at),
                ),
                (
                    "outreach (id, kind, template, user, channel, address, state, due_at, created_by, "
                    "created_at) VALUES (?, 'warning', 't', ?, 'rest', ?, 'sent', ?, 'li', ?)",
                    (f"o-{user}", mine, user, at, at),
                ),
                (
                    "practices (id, user, channel, script, hash, started_at) "
                    "VALUES (?, ?, 'rest', 's', 'h', ?)",
                    (f"p-{user}", mine, at),
                ),
                (
                    "campaign_messages (campaign, user, channel, address, variant, due_at, queued_at) "
                    "VALUES ('k1', ?, 'rest', ?, 'a', ?, ?)",
                    (mine, user, at, at),
                ),
                (
                    "handoff_messages VALUES (NULL, ?, ?, 'user', NULL, '我很急', ?, NULL)",
                    (f"h-{user}", f"RG-{user}", at),
                ),
            ):
                connection.execute(f"INSERT INTO {statement}", values)

        await self.ledger.writer.commit(unit)
        return signal

    async def holds(self, kind: str, subject: str, days: int | None = 30) -> None:
        """Puts a hold on something, as an evidence pack does."""
        until = rfc3339(self.now + timedelta(days=days)) if days is not None else None
        row = (kind, subject, "EV1", rfc3339(self.now), until)
        await self.writes("INSERT INTO holds VALUES (?, ?, ?, ?, ?)", *row)

    async def writes(self, sql: str, *values: Any) -> None:
        """One statement."""
        await self.ledger.writer.commit(lambda connection: connection.execute(sql, values).rowcount)

    async def case(self, *states: str) -> str:
        """Moves the case of the telephone through these states; its id."""
        case = self.book.of(ContactKey(PHONE.kind, PHONE.value))
        assert case is not None
        for state in states:
            await self.book.move(case.id, state, LI, "核实过了")
        return case.id

    async def retains(self) -> dict[str, Outcome]:
        """One round of the job."""
        return {outcome.kind: outcome for outcome in await self.job.round()}

    def removed(self) -> dict[str, int]:
        """What was counted as removed in the last month."""
        found = standings(self.reader, self.now, 30)
        return {kind: standing.removed for kind, standing in found.items() if standing.removed}

    def count(self, table: str) -> int:
        """The rows of a table."""
        return int(self.reader.rows(f"SELECT count(*) FROM {table}")[0][0])

    def audited(self, action: str) -> list[AuditEntry]:
        """The entries of the audit of that action."""
        return AuditLog(self.reader).latest(action=action)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    yield house
    house.close()
