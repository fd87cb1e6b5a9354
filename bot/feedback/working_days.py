"""Working days in China: weekends, public holidays, and the weekends that are worked in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from actions.facts import BEIJING

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class Year:
    """The days of one year that are not what their weekday says."""

    off: frozenset[date]
    work: frozenset[date]


@dataclass(frozen=True)
class WorkingDays:
    """Counts working days by years; one that is not known has no holidays."""

    years: Mapping[int, Year]

    def is_known(self, day: date) -> bool:
        """Whether the holidays of that year are known."""
        return day.year in self.years

    def is_working(self, day: date) -> bool:
        """Whether people work on that day."""
        year = self.years.get(day.year, Year(frozenset(), frozenset()))
        return day in year.work or (day.weekday() < _SATURDAY and day not in year.off)

    def deadline(self, opened_at: datetime, days: int) -> datetime:
        """The end, in Beijing, of the working day number ``days`` after the day of ``opened_at``.

        ``opened_at`` is aware; the day itself does not count.
        """
        day = opened_at.astimezone(BEIJING).date()
        while days > 0:
            day += _ONE_DAY
            days -= self.is_working(day)
        return datetime.combine(day + _ONE_DAY, time(), BEIJING)
