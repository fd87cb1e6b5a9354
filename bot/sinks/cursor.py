"""How far a sink got in the ledger, and what still lies before it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer

# Counting reads every row that it counts. So many take well below a millisecond.
_COUNTED = 1000

_LAG = """
WITH ahead AS (
    SELECT seq, time FROM events
    WHERE seq > ?1 AND (?2 IS NULL OR type IN (SELECT value FROM json_each(?2)))
    AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.seq = events.seq AND d.sink = ?4)
    ORDER BY seq LIMIT ?3
), waiting AS (
    SELECT seq FROM deliveries WHERE sink = ?4 AND dead_at IS NULL
)
SELECT (SELECT count(*) FROM ahead), (SELECT max(seq) FROM events), (SELECT time FROM ahead LIMIT 1),
    (SELECT count(*) FROM waiting), (SELECT time FROM events WHERE seq = (SELECT min(seq) FROM waiting))
"""


class Lag(NamedTuple):
    """What a sink has not got yet: how many events, and the age of the oldest of them in seconds."""

    events: int
    seconds: float


class Refusals(NamedTuple):
    """How many events of a sink wait for another try, or behind one that does, and how many are dead letters."""

    waiting: int
    dead: int


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

    async def write(self, seq: int, trouble: str | None, now: datetime) -> None:
        """Moves it forward and returns once that is durable; it never moves back.

        ``trouble`` is why nothing goes to the sink now, or ``None``; since when is kept too.

        Raises:
            LedgerError: when it cannot be written.
        """
        since = rfc3339(now) if trouble else None

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO sinks (name, seq, trouble, trouble_since) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET seq = max(seq, excluded.seq), trouble = excluded.trouble, "
                "trouble_since = CASE WHEN excluded.trouble IS NULL THEN NULL "
                "ELSE coalesce(trouble_since, excluded.trouble_since) END",
                (self._name, seq, trouble, since),
            )

        await self._writer.commit(unit)


def lag_after(
    view: LedgerView, seq: int, now: datetime, sink: str, types: Collection[str] | None = None
) -> Lag:
    """What that sink lacks at the time ``now`` with its cursor at ``seq``; short reads, however much it is.

    That is what lies above ``seq``, of ``types`` where they are named, and what waits because it was refused. Up to
    a thousand events above ``seq`` are counted; of more the number is that of the places they take in the ledger,
    some of which may be empty. The age is that of the event that comes next; dead letters do not count.

    Raises:
        LedgerError: when the database cannot be read.
    """
    chosen = None if types is None else to_json(sorted(types))
    rows = view.reader.rows(_LAG, (seq, chosen, _COUNTED, sink))
    if not rows:
        return Lag(0, 0.0)
    counted, last, next_time, waiting, waits_since = rows[0]
    events = waiting + (counted if counted < _COUNTED else last - seq)
    oldest = min(filter(None, (next_time, waits_since)), default=None)
    return Lag(events, max(0.0, (now - parse_time(oldest)).total_seconds()) if oldest else 0.0)


def refusals_of(reader: Reader, sink: str) -> Refusals:
    """How many events its receiver has refused; a short read.

    Raises:
        LedgerError: when the database cannot be read.
    """
    rows = reader.rows(
        "SELECT (SELECT count(*) FROM deliveries WHERE sink = ?1 AND dead_at IS NULL), "
        "(SELECT count(*) FROM deliveries WHERE sink = ?1 AND dead_at IS NOT NULL)",
        (sink,),
    )
    return Refusals(*rows[0]) if rows else Refusals(0, 0)
