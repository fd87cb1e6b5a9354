"""Compares the last seven days of everything that is reported with its own past."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from bot.cases.contacts import AGENCY
from bot.radar.counting import (
    ANYTHING,
    PAST_WEEKS,
    WEEK,
    Report,
    Reporters,
    Rows,
    Weeks,
    active,
    first_day,
    known_users,
    reports_of,
    weekly,
)
from bot.radar.surprise import chance, expected, exposures
from bot.radar.words import Said, find_words

LEAST_COUNTED: Final = 6
LEAST_KNOWN: Final = 3
FEWEST: Final = 4
"""Of what fewer people report in a week nothing is said at all, not even that it is still up."""
FALSE_A_MONTH: Final = 1.0
"""False alerts that all comparisons of thirty days may bring together, if the model of the past is right."""
STILL_UP: Final = 0.01
LEAST_PAST_WEEKS: Final = 4
WORD: Final = "word"

_DAYS = 30
_FAMILIES = 2  # named contacts and agencies; words


@dataclass(frozen=True)
class Rising:
    """What more people report in these seven days than its past explains.

    ``key`` is a contact key as text, or ``word:`` and the word. ``alarming`` is false for what would be no alert by
    itself and still keeps one going. ``past`` holds the counted reporters of the twelve weeks before, newest first;
    ``since`` is the first day of these seven with a report; ``signals`` holds the ``seq`` of the first signal of
    each user, oldest first.
    """

    key: str
    week: Reporters
    past: tuple[int, ...]
    expected: float
    chance: float
    alarming: bool
    since: int
    users: frozenset[str]
    signals: tuple[int, ...]


@dataclass(frozen=True)
class Evaluation:
    """What rises on ``day``, the most surprising first; ``ready`` is false while there is too little past."""

    day: int
    ready: bool
    risings: tuple[Rising, ...] = ()


def evaluate(
    rows: Rows, said: Iterable[Said], today: int, is_known: Callable[[str], bool]
) -> Evaluation:
    """Looks at the seven days that end with ``today``; ``said`` holds the words of these thirteen weeks."""
    if not has_past(rows, today):
        return Evaluation(today, ready=False)
    keys = weekly(rows, today, FEWEST)
    total = keys.pop(ANYTHING, None)
    if total is None:
        return Evaluation(today, ready=True)
    judge = _Judge(exposures(total))
    risings = judge.keys(rows, keys, today)
    risings += judge.words(said, known_users(rows, today), is_known)
    return Evaluation(today, ready=True, risings=tuple(sorted(risings, key=_order)))


def _order(rising: Rising) -> tuple[float, int]:
    """The most surprising first; of those that rise alike what can be acted upon best."""
    kind = rising.key.partition(":")[0]
    return rising.chance, {AGENCY: 1, WORD: 2}.get(kind, 0)


def has_past(rows: Rows, today: int) -> bool:
    """Whether there is enough to compare the last seven days with."""
    begun = first_day(rows)
    return begun is not None and begun <= today - WEEK * (LEAST_PAST_WEEKS + 1) + 1


class _Judge:
    def __init__(self, weeks: Sequence[float]) -> None:
        self._weeks = weeks

    def keys(self, rows: Rows, keys: dict[str, Weeks], today: int) -> list[Rising]:
        tried = active(rows, today)
        return [
            rising
            for key, weeks in keys.items()
            if (rising := self._rising(key, weeks, tried, partial(reports_of, rows, key, today)))
        ]

    def words(
        self, said: Iterable[Said], known: set[str], is_known: Callable[[str], bool]
    ) -> list[Rising]:
        found = find_words(said, PAST_WEEKS + 1, FEWEST, is_known)
        risings = []
        for word in found.words:
            weeks = [Reporters(len(users), len(users & known)) for users in word.speakers]
            rising = self._rising(
                f"{WORD}:{word.text}", weeks, found.tried, partial(list, word.reports)
            )
            if rising:
                risings.append(rising)
        return risings

    def _rising(
        self, key: str, weeks: Weeks, tried: int, reports: Callable[[], list[Report]]
    ) -> Rising | None:
        week, past = weeks[0], tuple(one.counted for one in weeks[1:])
        probability = chance(week.counted, past, self._weeks)
        if probability > STILL_UP:
            return None
        limit = FALSE_A_MONTH / _FAMILIES / _DAYS / max(tried, 1)
        found = reports()
        return Rising(
            key=key,
            week=week,
            past=past,
            expected=expected(past, self._weeks),
            chance=probability,
            alarming=(
                probability <= limit and week.counted >= LEAST_COUNTED and week.known >= LEAST_KNOWN
            ),
            since=found[0].day,
            users=frozenset(report.user for report in found),
            signals=_first_of_each(found),
        )


def _first_of_each(reports: Sequence[Report]) -> tuple[int, ...]:
    first: dict[str, int] = {}
    for report in reports:
        first.setdefault(report.user, report.seq)
    return tuple(first.values())
