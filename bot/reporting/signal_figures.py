"""How many signals there were: by what they tell, by day and by hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bot.ledger.database import Reader
from bot.ledger.events import EVENT_TYPE
from bot.reporting.spans import Span

DIMENSIONS: Final[Mapping[str, str]] = {
    "code": "code",
    "channel": "json_extract(body, '$.data.channel')",
    "stage": "json_extract(body, '$.data.stage')",
    "urgency": "coalesce(json_extract(body, '$.data.urgency'), '')",
}
"""What signals can be counted by."""
# Beijing has had no summer time since 1991.
_DAY: Final = "date(substr(time, 1, 19), '+8 hours')"
_HOUR: Final = "strftime('%H', substr(time, 1, 19), '+8 hours')"
_WHERE: Final = "FROM events WHERE type = ? AND time >= ? AND time < ?"


class SignalFigures:
    """Counts signals; all methods are short blocking reads.

    They raise :class:`bot.ledger.errors.LedgerError` when the ledger cannot be read.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def count(self, span: Span) -> int:
        """All signals of a span."""
        return int(self._rows("count(*)", span)[0][0])

    def urgent(self, span: Span) -> int:
        """Signals of a span that stood in a state that took over the reply."""
        urgent = "count(json_extract(body, '$.data.urgency'))"
        return int(self._rows(urgent, span)[0][0])

    def reporters(self, span: Span) -> int:
        """Distinct users who told of anything in a span."""
        return int(self._rows("count(DISTINCT user)", span)[0][0])

    def by(self, dimension: str, span: Span) -> dict[str, int]:
        """Signals of a span by a dimension of ``DIMENSIONS``, the most frequent first."""
        rows = self._rows(f"{DIMENSIONS[dimension]}, count(*)", span, "GROUP BY 1 ORDER BY 2 DESC")
        return {str(value): int(count) for value, count in rows}

    def by_day(self, dimension: str, span: Span) -> dict[str, dict[date, int]]:
        """Signals by a dimension, and for each of its values by day; days without any are left out."""
        rows = self._rows(f"{DIMENSIONS[dimension]}, {_DAY}, count(*)", span, "GROUP BY 1, 2")
        found: dict[str, dict[date, int]] = defaultdict(dict)
        for value, day, count in rows:
            found[str(value)][date.fromisoformat(day)] = int(count)
        return dict(found)

    def per_day(self, span: Span) -> list[int]:
        """Signals of each day of a span."""
        rows = dict(self._rows(f"{_DAY}, count(*)", span, "GROUP BY 1"))
        return [int(rows.get(day.isoformat(), 0)) for day in span.days]

    def by_hour(self, span: Span) -> dict[str, list[int]]:
        """Signals by code for each of the 24 hours of the day."""
        rows = self._rows(f"code, {_HOUR}, count(*)", span, "GROUP BY 1, 2")
        found: dict[str, list[int]] = defaultdict(lambda: [0] * 24)
        for code, hour, count in rows:
            found[code][int(hour)] += int(count)
        return dict(found)

    def _rows(self, what: str, span: Span, how: str = "") -> list[tuple[Any, ...]]:
        sql = f"SELECT {what} {_WHERE} {how}"
        return self._reader.rows(sql, (EVENT_TYPE, *span.bounds)) or ([] if how else [(0,)])
