"""The radar beside the service: reads new signals from the ledger, counts, and raises alerts."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.background import Periodic
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import parse_time, utc_now
from bot.ledger.events import EVENT_TYPE
from bot.ledger.writer import Writer
from bot.radar.alerts import keep
from bot.radar.counting import ANYTHING, KEPT_DAYS, WEEK, Report, forget_old, record
from bot.radar.detector import Evaluation, evaluate, has_past
from bot.radar.known_words import is_known
from bot.radar.mentions import Mention, day_of, mention_of
from bot.radar.words import Said, runs_of
from bot.sinks.lead import Lead

BATCH: Final = 500
MOST_SIGNALS: Final = 100_000
"""Of more signals in thirteen weeks only the newest are searched for words; contacts are counted in all of them."""


ROUND_SECONDS: Final = 300.0


class Radar:
    """Keeps the counts up to date and looks at them."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        source: str,
        clock: Callable[[], datetime] = utc_now,
        *,
        batch: int = BATCH,
    ) -> None:
        """Puts the parts together; ``reader`` should be one of its own, since much is read through it.

        ``source`` is that of the ledger's events; ``batch`` signals are read and counted at once.
        """
        self._reader = reader
        self._writer = writer
        self._source = source
        self._clock = clock
        self._batch = batch
        self._looked_on: int | None = None

    async def round(self) -> list[str]:
        """Counts what is new and looks if there is anything to see; returns the ids of new alerts.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        counted = await self.catch_up()
        if counted or self._looked_on != day_of(self._clock()):
            return await self.look()
        return []

    async def catch_up(self) -> int:
        """Counts the signals that came since the last time, each once; returns how many those were.

        Rows and place are written together: after a crash nothing is missing and nothing counts twice.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        total = 0
        while True:
            after, mentions = await asyncio.to_thread(self._next)
            if not mentions:
                return total
            await self._writer.commit(partial(_take, after=after, mentions=mentions))
            total += len(mentions)

    async def look(self) -> list[str]:
        """Compares the last seven days with their past; returns the ids of new alerts.

        Raises:
            LedgerError: when the ledger cannot be read or written.
        """
        now = self._clock()
        today = day_of(now)
        evaluation = await asyncio.to_thread(self.evaluate, today)

        def unit(connection: sqlite3.Connection) -> list[str]:
            forget_old(connection, today)
            return keep(connection, evaluation, self._source, now)

        raised = await self._writer.commit(unit)
        self._looked_on = today
        return raised

    def evaluate(self, today: int) -> Evaluation:
        """What rises on a day, without writing anything; blocks for as long as it takes."""
        return evaluate(self._reader.rows, self._said(today), today, is_known)

    def is_ready(self) -> bool:
        """Whether there is enough past to compare with; a short read."""
        return has_past(self._reader.rows, day_of(self._clock()))

    def _next(self) -> tuple[int, list[Mention]]:
        place = self._reader.rows("SELECT seq FROM radar_cursor")
        after = int(place[0][0]) if place else 0
        rows = self._reader.rows(
            "SELECT seq, body, informed_at FROM events LEFT JOIN users USING (user) "
            "WHERE type = ? AND seq > ? ORDER BY seq LIMIT ?",
            (EVENT_TYPE, after, self._batch),
        )
        return after, [mention_of(seq, json.loads(body), met) for seq, body, met in rows]

    def _said(self, today: int) -> Iterator[Said]:
        """The words of the signals of thirteen weeks, page by page, so that each read is short."""
        rows = self._reader.rows(
            "SELECT max((SELECT min(seq) FROM radar_reports WHERE key = ? AND day BETWEEN ? AND ?), "
            "(SELECT max(seq) FROM events) - ?)",
            (ANYTHING, today - KEPT_DAYS + 1, today, MOST_SIGNALS),
        )
        place = rows[0][0] if rows else None
        while place is not None:
            page = self._reader.rows(
                "SELECT seq, user, time, json_extract(body, '$.data.evidence') FROM events "
                "WHERE type = ? AND seq >= ? ORDER BY seq LIMIT ?",
                (EVENT_TYPE, place, self._batch),
            )
            for row in page:
                said = _said(row, today)
                if 0 <= said.week < KEPT_DAYS // WEEK:
                    yield said
            place = page[-1][0] + 1 if len(page) == self._batch else None


def radar_beside(home: Path, writer: Writer, source: str) -> Periodic:
    """The radar of a running service: of all processes that share a ledger one looks, every few minutes."""
    radar = Radar(Reader(database_path(home)), writer, source)
    return Periodic("radar", radar.round, ROUND_SECONDS, Lead(home, "radar"))


def _said(row: tuple[Any, ...], today: int) -> Said:
    seq, user, time, texts = row
    day = day_of(parse_time(time))
    return Said((today - day) // WEEK, Report(day, user, seq), runs_of(json.loads(texts)))


def _take(connection: sqlite3.Connection, after: int, mentions: list[Mention]) -> None:
    place = connection.execute("SELECT seq FROM radar_cursor").fetchone()
    if (place[0] if place else 0) != after:
        return  # another process was faster
    record(connection, mentions)
    connection.execute(
        "INSERT INTO radar_cursor (one, seq) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET seq = excluded.seq",
        (mentions[-1].seq,),
    )
