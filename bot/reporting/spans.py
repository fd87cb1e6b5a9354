"""Spans of days in Beijing, in which everything is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from actions.facts import BEIJING
from bot.ledger.encoding import rfc3339


@dataclass(frozen=True)
class Span:
    """Whole days in Beijing, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends before it begins")

    @classmethod
    def day(cls, moment: datetime) -> Span:
        """The day on which a moment falls."""
        day = moment.astimezone(BEIJING).date()
        return cls(day, day)

    @classmethod
    def days_until(cls, moment: datetime, days: int) -> Span:
        """So many days, of which the last is that of the moment."""
        last = moment.astimezone(BEIJING).date()
        return cls(last - timedelta(days=days - 1), last)

    @classmethod
    def month(cls, text: str) -> Span:
        """A month, written as ``2026-11``.

        Raises:
            ValueError: when it is written otherwise.
        """
        if len(text) != 7:
            raise ValueError(f"{text!r} is no month; write it as 2026-11")
        first = date.fromisoformat(f"{text}-01")
        following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        return cls(first, following - timedelta(days=1))

    @property
    def days(self) -> list[date]:
        """All days, the first one first."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=place) for place in range(count)]

    @property
    def before(self) -> Span:
        """As many days, right before."""
        length = self.last - self.first + timedelta(days=1)
        return Span(self.first - length, self.last - length)

    @property
    def bounds(self) -> tuple[str, str]:
        """The first moment, and the first one after it, as the ledger writes times."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))


def _midnight(day: date) -> str:
    return rfc3339(datetime(day.year, day.month, day.day, tzinfo=BEIJING))
