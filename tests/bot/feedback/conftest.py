"""A real ledger, signals in it, and a clock that a test moves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from actions.content import CONTENT
from actions.plan import Signal
from bot.audit import Actor, AuditEntry, AuditLog
from bot.feedback.feedback import Feedback
from bot.feedback.verdict import Ruling
from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader, database_path
from bot.ledger.events import TurnContext, event_source
from bot.ledger.ledger import Ledger, TurnRecord
from bot.settings import ROOT

ANNA, BERT, CARL = Actor("anna"), Actor("bert"), Actor("carl")
WRONG = Ruling("false_alarm")
RIGHT = Ruling("confirmed")
SOURCE = event_source("demo")
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)  # a Monday, nine in Beijing


class Room:
    """Feedback on a ledger of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.now = MORNING
        self.hasher = Hasher([b"a key of the tests alone"])
        self.ledger = Ledger.open(home, hasher=self.hasher, source=SOURCE)
        self.reader = Reader(database_path(home))
        self.feedback = Feedback(
            self.reader, self.ledger.writer, SOURCE, CONTENT, clock=lambda: self.now
        )
        self._messages = 0

    def wait(self, **time: float) -> None:
        """Lets time go by."""
        self.now += timedelta(**time)

    async def signal(self, user: str = "u1", **fields: Any) -> str:
        """Records a signal of a message of its own; returns its id."""
        self._messages += 1
        evidence = (f"交三千就能停息挂账，第{self._messages}家",)
        told = {"code": "loan_scam", "confidence": 0.9, "stage": "asking", "evidence": evidence}
        channel = fields.pop("channel", "rest")
        at = fields.pop("at", self.now)
        context = TurnContext(
            channel, user, f"{channel}:{user}", f"m{self._messages}", at, "model", "content"
        )
        (id,) = await self.ledger.record(TurnRecord(context, (Signal(**{**told, **fields}),)))
        return id

    async def names(self, event_id: str, key: str) -> None:
        """Enters a mention, as the cases do for every contact of a signal."""
        seq = self.reader.rows("SELECT seq FROM events WHERE id = ?", (event_id,))[0][0]
        await self.ledger.writer.commit(
            lambda connection: (
                connection.execute(
                    "INSERT INTO case_mentions (key, seq, event_id, user, code, stage, time) "
                    "VALUES (?, ?, ?, 'u', 'loan_scam', 'asking', '2026')",
                    (key, seq, event_id),
                ).rowcount
            )
        )

    def user(self, user: str = "u1", channel: str = "rest") -> Pseudonym:
        """The hashes of a borrower."""
        return self.hasher.user(channel, user)

    def told(self, user: str = "u1") -> list[str]:
        """The replies that a borrower is to hear."""
        return [notice.response for notice in self.feedback.pending(self.user(user))]

    def published(self, type: str) -> list[dict[str, Any]]:
        """The events of that type in the outbox, their data checked against the schema."""
        schema = json.loads(
            (ROOT / f"bot/schemas/{type.removeprefix('jingzhong.')}.json").read_text()
        )
        events = [item.event for item in self.ledger.outbox() if item.type == type]
        for event in events:
            Draft202012Validator(schema).validate(event["data"])
        return events

    def audited(self, action: str) -> Sequence[AuditEntry]:
        """The audit's entries of that action, newest first."""
        return AuditLog(self.reader).latest(action=action)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path)
    yield room
    room.reader.close()
    room.ledger.close()
