"""Counts that a process keeps in memory by the hour, and adds to those of all processes in the ledger."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Hashable
from datetime import datetime

from bot.ledger.encoding import rfc3339
from bot.ledger.writer import Writer


class HourlyCounts:
    """Counts by the hour and further keys; what was not written when the process is killed is lost."""

    def __init__(self, statement: str) -> None:
        """``statement`` adds one count to its row: the hour and the keys of :meth:`add`, then the count."""
        self._statement = statement
        self._counts: Counter[tuple[Hashable, ...]] = Counter()

    def add(self, moment: datetime, *keys: Hashable) -> None:
        """Counts once; costs a microsecond."""
        key = (hour_of(moment), *keys)
        self._counts[key] += 1

    async def write(self, writer: Writer) -> None:
        """Adds what was counted to the ledger.

        Raises:
            LedgerError: when it cannot be written; it is kept for the next time then.
        """
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        rows = [(*key, count) for key, count in counts.items()]

        def unit(connection: sqlite3.Connection) -> None:
            connection.executemany(self._statement, rows)

        try:
            await writer.commit(unit)
        except BaseException:
            self._counts.update(counts)
            raise


def hour_of(moment: datetime) -> str:
    """The beginning of the hour, as the ledger keeps it."""
    return rfc3339(moment.replace(minute=0, second=0, microsecond=0))
