"""How far a sink got in the ledger, and what still lies before it."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from bot.ledger.encoding import parse_time
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer

# Counting reads every row that it counts. So many take well below a millisecond.
_COUNTED = 1000


class Lag(NamedTuple):
    """What a sink has not got yet: how many events, and the age of the oldest of them in seconds."""

    events: int
    seconds: float


class Cursor:
    """The ``seq`` up to which the sink of that name has got everything, as the ledger remembers it."""

    def __init__(self, view: LedgerView, writer: Writer, name: str) -> None:
        self._view = view
        self._writer = writer
        self._name = name

    def read(self) -> int:
        """Reads it, blocking; 0 for a sink that the ledger does not know yet.

        Raises:
            LedgerError: when the database cannot be read.
        """
        rows = self._view.reader.rows("SELECT seq FROM sinks WHERE name = ?", (self._name,))
        return int(rows[0][0]) if rows else 0

    async def write(self, seq: int) -> None:
        """Moves it forward and returns once that is durable; it never moves back.

        Raises:
            LedgerError: when it cannot be written.
        """

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO sinks (name, seq) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq)",
                (self._name, seq),
            )

        await self._writer.commit(unit)


def lag_after(view: LedgerView, seq: int, now: datetime) -> Lag:
    """What lies above ``seq`` at the time ``now``; one short read, however much it is.

    Up to a thousand events are counted. Of more the number is that of the places they take in the ledger, some of
    which may be empty. The age is that of the event that comes next.

    Raises:
        LedgerError: when the database cannot be read.
    """
    rows = view.reader.rows(
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM events WHERE seq > ? LIMIT ?)), max(seq), "
        "(SELECT time FROM events WHERE seq > ? ORDER BY seq LIMIT 1) FROM events",
        (seq, _COUNTED, seq),
    )
    if not rows or not rows[0][0]:
        return Lag(0, 0.0)
    counted, last, oldest = rows[0]
    events = counted if counted < _COUNTED else last - seq
    return Lag(events, max(0.0, (now - parse_time(oldest)).total_seconds()))
