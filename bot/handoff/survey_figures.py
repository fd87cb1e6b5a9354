"""How long people waited for a person, whether promises were kept, and what was answered to the survey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any, Final

from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339
from nlu.evaluation.figures import Figure

ANSWERS: Final = ("good", "fair", "poor", "stopped")
_COUNTED: Final = "SELECT coalesce(answer, ''), count(*) FROM surveys WHERE asked_at > ? GROUP BY 1"
_TAGGED: Final = (
    "SELECT coalesce(sum(commends), 0), coalesce(sum(complains), 0) FROM surveys WHERE asked_at > ?"
)
# Whoever still waits, within what was promised, tells nothing of the promise yet.
_WAITED: Final = (
    "SELECT asked_at, due_at, answered_at FROM handoffs "
    "WHERE asked_at > :since AND (answered_at IS NOT NULL OR due_at < :now OR state = 'ended')"
)
_SAID: Final = (
    "SELECT handoff, channel, agent, answered_at, answer, words, commends, complains FROM surveys "
    "WHERE answered_at IS NOT NULL AND asked_at > ? "
)
_FILTERS: Final = {
    "": "",
    "commendation": "AND commends = 1 ",
    "complaint": "AND complains = 1 ",
    "words": "AND words <> '' ",
}
FILTERS: Final = tuple(_FILTERS)
"""Which answers to see: all, those that praise, those that complain, those with words."""


@dataclass(frozen=True)
class ServiceFigures:
    """Figures of one period. Seconds are from the request to the first word of a person, nights included.

    ``answers`` are the counts by answer, ``response`` the share of those asked who answered, ``good`` the share of
    those who judged, ``in_time`` the share of requests that were answered within what was promised; each ``None``
    without anything to count.
    """

    asked: int
    answers: dict[str, int]
    commends: int
    complains: int
    response: Figure | None
    good: Figure | None
    in_time: Figure | None
    median: float | None
    ninetieth: float | None


@dataclass(frozen=True)
class Opinion:
    """One answer to the survey."""

    ticket: str
    channel: str
    agent: str
    at: datetime
    answer: str
    words: str
    commends: bool
    complains: bool


def service_figures(reader: Reader, since: datetime, now: datetime) -> ServiceFigures:
    """The figures of what was asked for since then; blocking reads.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    counts = dict(reader.rows(_COUNTED, (rfc3339(since),)))
    asked, answers = sum(counts.values()), {name: counts.get(name, 0) for name in ANSWERS}
    answered = sum(answers.values())
    judged = answered - answers["stopped"]
    ((commends, complains),) = reader.rows(_TAGGED, (rfc3339(since),))
    values = {"since": rfc3339(since), "now": rfc3339(now)}
    rows = [
        tuple(parse_time(time) if time else None for time in row)
        for row in reader.rows(_WAITED, values)
    ]
    waits = sorted((word - at).total_seconds() for at, _, word in rows if at and word)
    kept = sum(bool(due and word and word <= due) for _, due, word in rows)
    return ServiceFigures(
        asked=asked,
        answers=answers,
        commends=commends,
        complains=complains,
        response=_share(answered, asked),
        good=_share(answers["good"], judged),
        in_time=_share(kept, len(rows)),
        median=_quantile(waits, 0.5),
        ninetieth=_quantile(waits, 0.9),
    )


def opinions(reader: Reader, since: datetime, which: str, limit: int) -> list[Opinion]:
    """The answers of a filter of :data:`FILTERS`, the newest first; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    sql = f"{_SAID}{_FILTERS[which]}ORDER BY answered_at DESC LIMIT ?"
    return [_opinion(row) for row in reader.rows(sql, (rfc3339(since), limit))]


def _opinion(row: Sequence[Any]) -> Opinion:
    ticket, channel, agent, at, answer, words, commends, complains = row
    return Opinion(
        ticket, channel, agent, parse_time(at), answer, words, bool(commends), bool(complains)
    )


def _share(part: int, of: int) -> Figure | None:
    return Figure(part / of, of) if of else None


def _quantile(ordered: Sequence[float], share: float) -> float | None:
    """The nearest rank: a wait that really happened."""
    return ordered[max(ceil(share * len(ordered)), 1) - 1] if ordered else None
