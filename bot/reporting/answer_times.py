"""How long answers take: counted so finely that any quantile can be told, and kept by the hour.

Prometheus' buckets double; a median told from them can be half or twice the true one. Here a bucket is 2% wide, so
that a quantile is right to 1% for any span of hours, at some hundred small rows an hour.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.reporting.hourly_counts import HourlyCounts, hour_of

_ADD: Final = (
    "INSERT INTO answer_times (hour, channel, bucket, count) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (hour, channel, bucket) DO UPDATE SET count = count + excluded.count"
)
_WIDTH: Final = math.log(1.02)
_UNIT: Final = 1e-5  # seconds; what is faster counts as this


@dataclass(frozen=True)
class Quantiles:
    """Of ``count`` answers half took at most ``median`` seconds and 95 of 100 at most ``p95``."""

    count: int
    median: float | None
    p95: float | None


class AnswerTimes:
    """Counts in memory what this process answers; what was not written when it is killed is lost."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._counts = HourlyCounts(_ADD)

    def add(self, channel: str, seconds: float) -> None:
        """Counts one answer; costs a microsecond."""
        self._counts.add(self._clock(), channel, bucket_of(seconds))

    async def write(self, writer: Writer) -> None:
        """Adds what was counted to the ledger.

        Raises:
            LedgerError: when it cannot be written; it is kept for the next time then.
        """
        await self._counts.write(writer)


class AnswerTimeFigures:
    """Reads what all processes have counted."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, since: datetime, until: datetime, channel: str | None = None) -> Quantiles:
        """The quantiles of the hours from that of ``since`` to before ``until``.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT bucket, sum(count) FROM answer_times WHERE hour >= ?1 AND hour < ?2 "
            "AND (?3 IS NULL OR channel = ?3) GROUP BY bucket ORDER BY bucket",
            (hour_of(since), rfc3339(until), channel),
        )
        return quantiles(rows)

    def by_hour(self, since: datetime, until: datetime) -> dict[str, Quantiles]:
        """The quantiles of each hour that has any, by its beginning.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT hour, bucket, sum(count) FROM answer_times WHERE hour >= ? AND hour < ? "
            "GROUP BY hour, bucket ORDER BY hour, bucket",
            (hour_of(since), rfc3339(until)),
        )
        hours: dict[str, list[tuple[int, int]]] = {}
        for hour, bucket, count in rows:
            hours.setdefault(hour, []).append((bucket, count))
        return {hour: quantiles(counts) for hour, counts in hours.items()}


def quantiles(counts: Sequence[tuple[int, int]]) -> Quantiles:
    """The quantiles of buckets with their counts, in the order of the buckets."""
    total = sum(count for _, count in counts)
    return Quantiles(total, _quantile(counts, total, 0.5), _quantile(counts, total, 0.95))


def bucket_of(seconds: float) -> int:
    """The bucket of a time."""
    return max(0, math.ceil(math.log(max(seconds, _UNIT) / _UNIT) / _WIDTH - 1e-9))


def _quantile(counts: Sequence[tuple[int, int]], total: int, share: float) -> float | None:
    wanted, seen = math.ceil(total * share), 0
    for bucket, count in counts:
        seen += count
        if seen >= wanted:
            return _UNIT * math.exp((bucket - 0.5) * _WIDTH) if bucket else _UNIT
    return None
