"""How far people got, counted so that every message is in one state and no step is larger than the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.ledger.database import Reader
from nlu.evaluation.figures import Figure

OUT: Final = ("sent", "kept", "unknown")
"""States of messages that are out; ``unknown`` may not have arrived, and is never sent again."""

GROUPS: Final = ("channel", "segment", "variant")
SMALLEST: Final = 10
"""Groups of fewer people are not shown apart: their figures would say little, and too much of single people."""

_STEPS: Final = ("out", "delivered", "read", "answered", "finished")
# Each step is also taken by whoever took a later one: an answer proves that the message arrived, whatever the platform
# said of it and however the clocks of the processes went.
_ROWS: Final = (
    "SELECT channel, segment, variant, state, reason, count(*), "
    "sum(state IN ('sent', 'kept', 'unknown') OR delivered), sum(delivered), sum(read), sum(answered), "
    "sum(finished), sum(opted_out) FROM (SELECT message.channel AS channel, segment, variant, state, "
    "coalesce(reason, '') AS reason, opted_out_at IS NOT NULL AS opted_out, "
    "finished_at IS NOT NULL AS finished, "
    "coalesce(answered_at, finished_at) IS NOT NULL AS answered, "
    "coalesce(message.read_at, mailbox.read_at, answered_at, finished_at) IS NOT NULL AS read, "
    "coalesce(delivered_at, mailbox.shown_at, message.read_at, mailbox.read_at, answered_at, finished_at) "
    "IS NOT NULL AS delivered FROM campaign_messages AS message LEFT JOIN mailbox "
    "ON mailbox.id = 'campaign-' || campaign || '-' || message.id WHERE campaign = ?) "
    "GROUP BY 1, 2, 3, 4, 5"
)


@dataclass(frozen=True)
class Funnel:
    """How far a group of people got. None of the numbers from ``out`` on exceeds the one before it.

    ``out`` are those whose message the platform took, for whom it waits, of whom nobody knows, or who reacted to it.
    ``delivered`` and ``read`` count what a platform or a client told; where neither tells, somebody who answered has
    read. ``states`` and ``reasons`` (of those skipped and failed) count every message of the group once.
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
        return tuple((name, int(getattr(self, name))) for name in ("audience", *_STEPS))

    def rate(self, step: str) -> Figure | None:
        """The share of those to whom it went out, with its interval; ``None`` where it went to nobody."""
        return Figure(getattr(self, step) / self.out, self.out) if self.out else None

    def as_json(self) -> dict[str, Any]:
        """The steps, opt-outs, states and reasons."""
        counts = {"states": dict(self.states), "reasons": dict(self.reasons)}
        return {**dict(self.steps), "opted_out": self.opted_out, **counts}


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


def funnels_of(reader: Reader, campaign: str) -> tuple[Funnel, dict[str, dict[str, Funnel]]]:
    """A campaign as a whole, and its groups by their kind and name; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(_ROWS, (campaign,))
    groups = {}
    for place, kind in enumerate(GROUPS):
        names = sorted({str(row[place]) for row in rows})
        found = {name: funnel(row for row in rows if row[place] == name) for name in names}
        groups[kind] = apart(found) if len(found) > 1 else {}
    return funnel(rows), groups


def funnel(rows: Iterable[Sequence[Any]]) -> Funnel:
    """Adds up groups of messages: channel, segment, variant, state, reason, and the seven counts of a funnel."""
    states: dict[str, int] = {}
    reasons: dict[str, int] = {}
    totals = [0] * 7
    for _, _, _, state, reason, *counts in rows:
        states[state] = states.get(state, 0) + counts[0]
        if state in ("skipped", "failed"):
            reasons[reason] = reasons.get(reason, 0) + counts[0]
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
    return _funnel(totals, states, reasons)


def together(funnels: Iterable[Funnel]) -> Funnel:
    """The sum of several funnels: messages, no longer people, since somebody may be in more than one."""
    states: dict[str, int] = {}
    reasons: dict[str, int] = {}
    totals = [0] * 7
    for each in funnels:
        counts = (*(count for _, count in each.steps), each.opted_out)
        totals = [total + count for total, count in zip(totals, counts, strict=True)]
        for into, found in ((states, each.states), (reasons, each.reasons)):
            for name, count in found.items():
                into[name] = into.get(name, 0) + count
    return _funnel(totals, states, reasons)


def _funnel(totals: Sequence[int], states: Mapping[str, int], reasons: Mapping[str, int]) -> Funnel:
    audience, out, delivered, read, answered, finished, opted_out = totals
    return Funnel(audience, out, delivered, read, answered, finished, opted_out, states, reasons)


def apart(groups: Mapping[str, Funnel]) -> dict[str, Funnel]:
    """The groups that may be shown, so that no small one is found out by taking the others from the whole."""
    shown = {name: each for name, each in groups.items() if each.audience >= SMALLEST}
    hidden = sum(each.audience for name, each in groups.items() if name not in shown)
    if 0 < hidden < SMALLEST and shown:
        del shown[min(shown, key=lambda name: (shown[name].audience, name))]
    return shown


def difference(first: Funnel, second: Funnel) -> Difference | None:
    """How much larger the share of those who answered is in the second group."""
    one, other = first.rate("answered"), second.rate("answered")
    if one is None or other is None or one.interval is None or other.interval is None:
        return None
    value = other.value - one.value
    below = ((other.value - other.interval[0]) ** 2 + (one.interval[1] - one.value) ** 2) ** 0.5
    above = ((other.interval[1] - other.value) ** 2 + (one.value - one.interval[0]) ** 2) ** 0.5
    return Difference(value, value - below, value + above)
