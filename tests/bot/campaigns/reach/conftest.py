"""A ledger with messages and practices of campaigns, written as the parts that send and play write them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger

NOON = "2026-11-30T04:00:00.000Z"


class Tables:
    """The tables of campaigns; what is not named is filled with something that makes no difference."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.ledger = Ledger.open(home, hasher=Hasher([b"tests"]), source=event_source("demo"))
        self.reader = Reader(database_path(home))

    async def empty(self) -> None:
        def unit(connection: sqlite3.Connection) -> None:
            for table in ("campaigns", "campaign_messages", "practices", "mailbox"):
                connection.execute(f"DELETE FROM {table}")

        await self.ledger.writer.commit(unit)

    async def campaigns(self, *rows: dict[str, Any]) -> None:
        common = {"title": "t", "script": "fake_hotline", "hash": "h", "state": "running"}
        common |= {"created_by": "anna", "created_at": NOON, "changed_at": NOON}
        await self._add("campaigns", common, rows)

    async def messages(self, *rows: dict[str, Any]) -> None:
        common = {"campaign": "c1", "channel": "x", "address": "", "segment": "", "variant": "A"}
        common |= {"state": "sent", "due_at": NOON, "queued_at": NOON}
        await self._add("campaign_messages", common, rows)

    async def practices(self, *rows: dict[str, Any]) -> None:
        """Practices; ``answers`` as tuples of step, choice and score."""
        common = {"user": "", "channel": "x", "script": "fake_hotline", "hash": "h"}
        common |= {"started_at": NOON, "answered_at": NOON}
        named = [
            {
                "id": f"p{place}",
                **row,
                "answers": json.dumps(
                    [
                        {"step": step, "choice": choice, "score": score}
                        for step, choice, score in row.get("answers", ())
                    ]
                ),
            }
            for place, row in enumerate(rows)
        ]
        await self._add("practices", common, named)

    async def mail(self, *rows: dict[str, Any]) -> None:
        await self._add(
            "mailbox", {"user": "u", "channel": "x", "bubbles": "[]", "kept_at": NOON}, rows
        )

    async def _add(
        self, table: str, common: dict[str, Any], rows: Sequence[dict[str, Any]]
    ) -> None:
        def unit(connection: sqlite3.Connection) -> None:
            for row in rows:
                full = {**common, **row}
                marks = ", ".join(f":{name}" for name in full)
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(full)}) VALUES ({marks})", full
                )

        await self.ledger.writer.commit(unit)


@pytest.fixture
def tables(tmp_path: Path) -> Iterator[Tables]:
    tables = Tables(tmp_path)
    yield tables
    tables.ledger.close()
