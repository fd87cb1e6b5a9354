"""A radar on a ledger of its own that has seen seven ordinary weeks."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.ledger import Ledger, TurnRecord
from bot.radar.book import Alert, AlertBook
from bot.radar.radar import Radar
from tests.bot.radar.waves import NOW, ordinary, record

SOURCE = "/jingzhong/demo"


class Watched:
    """A ledger with a radar that looks at it."""

    def __init__(self, home: Path) -> None:
        self.ledger = Ledger.open(home, hasher=Hasher([b"a key"]), source=SOURCE)
        self.reader = Reader(database_path(home))
        self.now = NOW
        self.book = AlertBook(self.reader, self.ledger.writer, lambda: self.now)
        self.radar = self.another_radar()

    def another_radar(self) -> Radar:
        """One as another process would have it."""
        return Radar(self.reader, self.ledger.writer, SOURCE, lambda: self.now)

    def record(self, *turns: TurnRecord) -> None:
        """Writes turns."""
        asyncio.run(record(self.ledger, turns))

    def look(self) -> list[Alert]:
        """Counts and looks; returns what is new."""
        raised = asyncio.run(self.radar.round())
        found = [self.book.get(id) for id in raised]
        return [alert for alert in found if alert]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.reader.rows(f"SELECT count(*) FROM {table}")[0][0])

    def close(self) -> None:
        """Closes the ledger."""
        self.reader.close()
        self.ledger.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Watched]:
    """A ledger without any signal."""
    watched = Watched(tmp_path)
    yield watched
    watched.close()


@pytest.fixture
def watched(empty: Watched) -> Watched:
    """A ledger with seven ordinary weeks, in which nothing rises."""
    empty.record(*ordinary())
    assert empty.look() == []
    return empty
