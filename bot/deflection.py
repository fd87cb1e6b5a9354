"""How many conversations get by without a person: counted as they begin, and kept by the hour."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.reporting.hourly_counts import HourlyCounts, hour_of

PAUSE: Final = timedelta(minutes=30)
"""Without a message for so long a conversation has ended; the next message begins another one."""

_WEEK: Final = timedelta(days=7)
# Who asks again before so much time has passed asks in the same conversation, which counts once.
_HANDED_OFF: Final = """
SELECT count(*) FROM handoffs AS mine
WHERE asked_at >= ?1 AND asked_at < ?2 AND NOT EXISTS (
    SELECT 1 FROM handoffs AS before
    WHERE before.conversation = mine.conversation AND mine.conversation <> ''
      AND before.asked_at < mine.asked_at
      AND julianday(mine.asked_at) - julianday(coalesce(before.ended_at, before.asked_at)) < ?3
)
"""
_BEGUN: Final = (
    "INSERT INTO conversations_begun (hour, channel, count) VALUES (?, ?, ?) "
    "ON CONFLICT (hour, channel) DO UPDATE SET count = count + excluded.count"
)


@dataclass(frozen=True)
class Deflection:
    """Of ``conversations`` so many were ``handed_off`` to a person."""

    conversations: int
    handed_off: int

    @property
    def share(self) -> float | None:
        """The share that got by without a person; ``None`` without any conversation."""
        if not self.conversations:
            return None
        return max(0.0, 1 - self.handed_off / self.conversations)


class ConversationCounts:
    """Counts in memory what begins in this process; what was not written when it is killed is lost."""

    def __init__(
        self,
        began: Callable[[str], None] = lambda channel: None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """``began`` is told the channel of each conversation that begins."""
        self._began = began
        self._clock = clock
        self._counts = HourlyCounts(_BEGUN)

    def spoken_in(self, channel: str, last: float | None) -> None:
        """A message came in a conversation whose last words are of ``last``, in seconds since 1970.

        They stand in the conversation itself, so that it counts once however many processes answer it.
        """
        if last is not None and time.time() - last < PAUSE.total_seconds():
            return
        self._counts.add(self._clock(), channel)
        self._began(channel)

    async def write(self, writer: Writer) -> None:
        """Adds what was counted to the ledger.

        Raises:
            LedgerError: when it cannot be written; it is kept for the next time then.
        """
        await self._counts.write(writer)


class DeflectionFigures:
    """Reads what all processes have counted."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, since: datetime, until: datetime) -> Deflection:
        """The conversations that began from the hour of ``since`` to before ``until``; a blocking read.

        One that is still going on counts as without a person until it asks for one.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        span = (hour_of(since), rfc3339(until))
        begun = self._number(
            "SELECT sum(count) FROM conversations_begun WHERE hour >= ? AND hour < ?", span
        )
        pause = PAUSE / timedelta(days=1)
        return Deflection(begun, self._number(_HANDED_OFF, (*span, pause)))

    def lately(self, now: datetime) -> Deflection:
        """Those of the seven days before ``now``; a blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return self.of(now - _WEEK, now)

    def _number(self, sql: str, values: tuple[str | float, ...]) -> int:
        rows = self._reader.rows(sql, values)
        return int(rows[0][0] or 0) if rows else 0
