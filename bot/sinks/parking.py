"""What a receiver refused, and what waits behind it: kept in the ledger, so that the cursor can move on."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339
from bot.ledger.reading import StoredEvent
from bot.ledger.writer import Writer
from bot.sinks.backoff import Retries

_REMOVE = "DELETE FROM deliveries WHERE seq = ? AND sink = ?"
_REFUSE = (
    "INSERT INTO deliveries (seq, sink, lane, tries, due_at, reason, dead_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT DO UPDATE SET tries = excluded.tries, due_at = excluded.due_at, "
    "reason = excluded.reason, dead_at = excluded.dead_at"
)
# A dead letter among them is told again on somebody's order: it waits with the others then.
_QUEUE = (
    "INSERT INTO deliveries (seq, sink, lane, tries, due_at) VALUES (?, ?, ?, 0, ?) "
    "ON CONFLICT DO UPDATE SET tries = 0, due_at = excluded.due_at, dead_at = NULL "
    "WHERE dead_at IS NOT NULL"
)


class Parked(NamedTuple):
    """An event that waits, and how often its receiver has refused it."""

    event: StoredEvent
    tries: int


@dataclass(frozen=True)
class Refusal:
    """A receiver's refusal of an event; ``tries`` counts this one too."""

    event: StoredEvent
    lane: str
    tries: int
    reason: str


class Parking:
    """The events of one sink that wait for another try.

    ``lanes`` are the contacts that they are of, as they were at the last look; new events of these have to wait too.
    """

    def __init__(self, reader: Reader, writer: Writer, sink: str, retries: Retries) -> None:
        self.lanes: frozenset[str] = frozenset()
        self._reader = reader
        self._writer = writer
        self._sink = sink
        self._retries = retries
        self._heads: list[tuple[str, datetime]] = []

    def look(self) -> None:
        """Reads which contacts wait and until when; short and blocking.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        # With min() the other columns are those of the row in which it was found: the next of each lane.
        rows = self._reader.rows(
            "SELECT lane, due_at, min(seq) FROM deliveries WHERE sink = ? AND dead_at IS NULL GROUP BY lane",
            (self._sink,),
        )
        self._heads = sorted(((lane, parse_time(due)) for lane, due, _ in rows), key=lambda h: h[1])
        self.lanes = frozenset(lane for lane, _ in self._heads)

    @property
    def next_due(self) -> datetime | None:
        """When the first of them is tried again."""
        return self._heads[0][1] if self._heads else None

    def due(self, now: datetime, limit: int) -> list[Parked]:
        """The events of the contacts whose time has come, those of each in their order; a blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        found: list[Parked] = []
        for lane, due_at in self._heads:
            if due_at > now or len(found) >= limit:
                break
            rows = self._reader.rows(
                "SELECT e.seq, e.source, e.id, e.code, e.body, e.type, d.tries FROM deliveries d "
                "JOIN events e ON e.seq = d.seq WHERE d.sink = ? AND d.lane = ? AND d.dead_at IS NULL "
                "ORDER BY d.seq LIMIT ?",
                (self._sink, lane, limit - len(found)),
            )
            found += [Parked(StoredEvent(*row[:6]), row[6]) for row in rows]
        return found

    async def settle(
        self,
        now: datetime,
        *,
        taken: Collection[int],
        refused: Sequence[Refusal],
        behind: Sequence[tuple[StoredEvent, str]],
    ) -> None:
        """Writes down what became of events; returns once that is durable.

        ``behind`` are those that were not tried, with their lanes, since an earlier one of theirs was refused.

        Raises:
            LedgerError: when it cannot be written; nothing was written then.
        """
        if not taken and not refused and not behind:
            return
        at = rfc3339(now)
        refusals = [self._row(refusal, now) for refusal in refused]

        def unit(connection: sqlite3.Connection) -> None:
            connection.executemany(_REMOVE, [(seq, self._sink) for seq in taken])
            connection.executemany(_REFUSE, refusals)
            connection.executemany(
                _QUEUE, [(event.seq, self._sink, lane, at) for event, lane in behind]
            )

        await self._writer.commit(unit)

    def is_dead(self, refusal: Refusal) -> bool:
        """Whether that was the last try."""
        return refusal.tries >= self._retries.tries

    def _row(
        self, refusal: Refusal, now: datetime
    ) -> tuple[int, str, str, int, str, str, str | None]:
        pause = self._retries.backoff.pause(refusal.tries, f"{self._sink} {refusal.event.seq}")
        return (
            refusal.event.seq,
            self._sink,
            refusal.lane,
            refusal.tries,
            rfc3339(now + timedelta(seconds=pause)),
            refusal.reason,
            rfc3339(now) if self.is_dead(refusal) else None,
        )
