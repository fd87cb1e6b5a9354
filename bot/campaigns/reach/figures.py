"""Whom a campaign reached and what was learnt, counted from its message table alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.campaigns.reach.learning import Paired, paired
from bot.ledger.database import Reader
from nlu.evaluation.figures import Figure

OUT: Final = ("sent", "kept", "unknown")
"""States of messages that are out; ``unknown`` may not have arrived, and is never sent again."""

GROUPS: Final = ("channel", "segment", "variant")
SMALLEST: Final = 10
"""Groups of fewer people are not shown apart: their figures would say little, and too much of single people."""

_ROWS: Final = (
    "SELECT message.channel, segment, variant, state, coalesce(reason, ''), count(*), "
    "sum(coalesce(delivered_at, mailbox.shown_at) IS NOT NULL), "
    "sum(coalesce(message.read_at, mailbox.read_at) IS NOT NULL), "
    "sum(answered_at IS NOT NULL), sum(finished_at IS NOT NULL), sum(opted_out_at IS NOT NULL) "
    "FROM campaign_messages AS message LEFT JOIN mailbox "
    "ON mailbox.id = 'campaign-' || campaign || '-' || message.id "
    "WHERE campaign = ? GROUP BY 1, 2, 3, 4, 5"
)
_SCORES: Final = "SELECT score_before, score_after, score FROM practices WHERE campaign = ? AND finished_at IS NOT NULL"
_BOOSTED: Final = (
    "SELECT first.score_before, again.score FROM practices AS again "
    "JOIN campaigns ON campaigns.id = again.campaign "
    "JOIN practices AS first ON first.campaign = campaigns.booster_of AND first.user = again.user "
    "WHERE campaigns.booster_of = ? AND again.finished_at IS NOT NULL "
    "AND first.finished_at IS NOT NULL AND again.user != ''"
)
_ANSWERS: Final = (
    "SELECT json_extract(answer.value, '$.step'), json_extract(answer.value, '$.choice'), "
    "json_extract(answer.value, '$.score'), count(*) "
    "FROM practices, json_each(practices.answers) AS answer WHERE campaign = ? GROUP BY 1, 2, 3"
)


@dataclass(frozen=True)
class Funnel:
    """How far a group of people got. None of the numbers from ``out`` on exceeds the one before it.

    ``delivered`` and ``read`` count what a platform or a client told; where neither tells, somebody who answered has
    read. ``states`` and ``reasons`` count every message of the group once.
    """

    audience: int = 0
    out: int = 0
    delivered: int = 0
    read: int = 0
    answered: int = 0
    finished: int = 0
    opted_out: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def steps(self) -> tuple[tuple[str, int], ...]:
        """The steps of the funnel in their order."""
        names = ("audience", "out", "delivered", "read", "answered", "finished")
        return tuple((name, int(getattr(self, name))) for name in names)

    def rate(self, step: str) -> Figure | None:
        """The share of those to whom it went out, with its interval; ``None`` where it went to nobody."""
        return Figure(getattr(self, step) / self.out, self.out) if self.out else None


@dataclass(frozen=True)
class WrongChoice:
    """A choice that teaches something, with how many of those who came to its step took it."""

    step: str
    choice: int
    score: int
    share: Figure


@dataclass(frozen=True)
class Reach:
    """Everything about one campaign; ``groups`` is by the kind of group and its name."""

    whole: Funnel
    groups: Mapping[str, Mapping[str, Funnel]]
    learnt: Paired | None
    boosted: Paired | None
    score: float | None
    wrong: Sequence[WrongChoice]

    @property
    def variants(self) -> Difference | None:
        """How much more often people answer to the second opening than to the first."""
        found = self.groups["variant"]
        first, second = found.get("A"), found.get("B")
        return difference(first, second) if first and second else None


@dataclass(frozen=True)
class Difference:
    """The difference of two shares with its interval (Newcombe); ``by_chance`` where it may be none at all."""

    value: float
    low: float
    high: float

    @property
    def by_chance(self) -> bool:
        """Whether no difference lies within the interval."""
        return self.low <= 0 <= self.high


def difference(first: Funnel, second: Funnel) -> Difference | None:
    """How much larger the share of those who answered is in the second group."""
    one, other = first.rate("answered"), second.rate("answered")
    if one is None or other is None or one.interval is None or other.interval is None:
        return None
    value = other.value - one.value
    below = ((other.value - other.interval[0]) ** 2 + (one.interval[1] - one.value) ** 2) ** 0.5
    above = ((other.interval[1] - other.value) ** 2 + (one.value - one.interval[0]) ** 2) ** 0.5
    return Difference(value, value - below, value + above)


def reach_of(reader: Reader, campaign: str) -> Reach:
    """What came of a campaign until now; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(_ROWS, (campaign,))
    groups: dict[str, dict[str, Funnel]] = {}
    for place, kind in enumerate(GROUPS):
        names = sorted({str(row[place]) for row in rows})
        found = {name: funnel(row for row in rows if row[place] == name) for name in names}
        large = {name: each for name, each in found.items() if each.audience >= SMALLEST}
        groups[kind] = large if len(found) > 1 else {}
    scores = reader.rows(_SCORES, (campaign,))
    whole = [score for _, _, score in scores if score is not None]
    return Reach(
        funnel(rows),
        groups,
        paired((before, after) for before, after, _ in scores),
        paired(reader.rows(_BOOSTED, (campaign,))),
        sum(whole) / len(whole) if whole else None,
        _wrong(reader.rows(_ANSWERS, (campaign,))),
    )


def funnel(rows: Iterable[Sequence[Any]]) -> Funnel:
    """Adds up groups of messages: channel, segment, variant, state, reason, and six counts."""
    states: dict[str, int] = {}
    reasons: dict[str, int] = {}
    totals = [0] * 6
    out = 0
    for _, _, _, state, reason, *counts in rows:
        states[state] = states.get(state, 0) + counts[0]
        out += counts[0] if state in OUT else 0
        if reason and state in ("skipped", "failed"):
            reasons[reason] = reasons.get(reason, 0) + counts[0]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    audience, delivered, read, answered, finished, opted_out = totals
    return Funnel(audience, out, delivered, read, answered, finished, opted_out, states, reasons)


def _wrong(rows: Sequence[tuple[str, int, int, int]]) -> list[WrongChoice]:
    came: dict[str, int] = {}
    for step, _, _, count in rows:
        came[step] = came.get(step, 0) + count
    found = [
        WrongChoice(step, choice, score, Figure(count / came[step], came[step]))
        for step, choice, score, count in rows
        if score < 60 and came[step] >= SMALLEST
    ]
    return sorted(found, key=lambda each: -each.share.value)
