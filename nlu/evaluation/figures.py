"""Figures by name: how many threats are recognised, how many honest people are not accused.

Names are dotted: ``recall`` and, by groups, ``recall.style.voice``. A figure that no row can tell of is
missing, so that nobody takes it for good.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlu.analysis import URGENT_STATES
from nlu.evaluation.outcomes import Decision, Outcome
from nlu.evaluation.rows import NOT_URGENT, Row

# Where one ends and the next begins, people disagree as well.
SOFT_STAGES = frozenset({"asking", "considering", "approached"})
_Z = 1.96  # 95 % of a normal distribution


@dataclass(frozen=True)
class Figure:
    """A measured value and how many rows, codes or words it was measured ``of``.

    ``share`` tells shares (0 to 1, of whole rows) from other values (milliseconds, F1, errors).
    """

    value: float
    of: int
    share: bool = True

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95 % confidence (Wilson); ``None`` for what is no share."""
        if not self.share or not self.of:
            return None
        spread = _Z * math.sqrt(self.value * (1 - self.value) / self.of + _Z**2 / (4 * self.of**2))
        middle = self.value + _Z**2 / (2 * self.of)
        scale = 1 + _Z**2 / self.of
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)

    def as_json(self) -> dict[str, float]:
        """Value, count and, for shares, the bounds of the interval."""
        found: dict[str, float] = {"value": round(self.value, 6), "of": self.of}
        if self.interval:
            found["low"], found["high"] = (round(bound, 6) for bound in self.interval)
        return found


Figures = dict[str, Figure]


def share(name: str, answers: Iterable[bool]) -> Figures:
    """The share of true answers under a name; nothing when there is no answer."""
    counted = list(answers)
    return {name: Figure(sum(counted) / len(counted), len(counted))} if counted else {}


def grouped(name: str, answers: Iterable[tuple[str | None, bool]], group: str) -> Figures:
    """The share of true answers for every key, as ``name.group.key``; a missing key is left out."""
    by_key: dict[str, list[bool]] = defaultdict(list)
    for key, answer in answers:
        if key is not None:
            by_key[key].append(answer)
    figures: Figures = {}
    for key in sorted(by_key):
        figures.update(share(f"{name}.{group}.{key}", by_key[key]))
    return figures


def group_of(figures: Mapping[str, Figure], name: str, group: str) -> Figures:
    """The figures ``name.group.key`` by their keys."""
    prefix = f"{name}.{group}."
    return {key[len(prefix) :]: figure for key, figure in figures.items() if key.startswith(prefix)}


_Key = Callable[[Row], "str | None"]
_THREAT_GROUPS: Mapping[str, _Key] = {
    "code": lambda row: row.labels[0] if row.labels else None,
    "style": lambda row: row.style,
    "stage": lambda row: row.stage,
    "file": lambda row: row.file,
}
_ORDINARY_GROUPS: Mapping[str, _Key] = {
    "topic": lambda row: row.topic,
    "style": lambda row: row.style,
    "file": lambda row: row.file,
}


def decision_figures(rows: Sequence[Row], decisions: Sequence[Decision]) -> Figures:
    """Recall, false alarms and, of whoever names codes, their rightness; one decision a row."""
    pairs = list(zip(rows, decisions, strict=True))
    threats = [(row, made) for row, made in pairs if row.is_threat]
    ordinary = [(row, made) for row, made in pairs if row.is_ordinary]
    figures = share("recall", (made.alarm for _, made in threats))
    figures |= share("false_alarms", (made.alarm for _, made in ordinary))
    for group, key in _THREAT_GROUPS.items():
        figures |= grouped("recall", ((key(row), made.alarm) for row, made in threats), group)
    for group, key in _ORDINARY_GROUPS.items():
        figures |= grouped(
            "false_alarms", ((key(row), made.alarm) for row, made in ordinary), group
        )
    if any(made.codes for made in decisions):
        figures |= _code_figures(pairs, threats)
    return figures


def _code_figures(
    pairs: Sequence[tuple[Row, Decision]], threats: Sequence[tuple[Row, Decision]]
) -> Figures:
    hits = [(row, made) for row, made in threats if made.codes]
    figures = share("right_code", (_right(row, made) for row, made in hits))
    for group, key in _THREAT_GROUPS.items():
        figures |= grouped(
            "right_code", ((key(row), _right(row, made)) for row, made in hits), group
        )
    # Of all messages that are called a threat, ordinary ones as well.
    called = [(row, made) for row, made in pairs if made.codes and row.labels is not None]
    figures |= grouped(
        "precision", ((made.codes[0], _right(row, made)) for row, made in called), "code"
    )
    figures |= share("precision", (_right(row, made) for row, made in called))
    figures |= share(
        "extra_codes", (bool(set(made.codes) - set(_labels(row))) for row, made in threats)
    )
    figures |= share(
        "both_codes",
        (set(_labels(row)) <= set(made.codes) for row, made in threats if len(_labels(row)) > 1),
    )
    return figures


def _labels(row: Row) -> tuple[str, ...]:
    return row.labels or ()


def _right(row: Row, made: Decision) -> bool:
    return made.codes[0] in _labels(row)


def stage_figures(outcomes: Iterable[Outcome]) -> Figures:
    """How often the stage of a recognised threat is right; the soft stages count as one."""
    hits = [outcome for outcome in outcomes if outcome.is_hit and outcome.row.stage]
    answers = [(hit.row.stage, _same_stage(hit.row.stage, hit.analysis.stage)) for hit in hits]
    return share("stage", (right for _, right in answers)) | grouped("stage", answers, "stage")


def tone_figures(outcomes: Iterable[Outcome]) -> Figures:
    """How often the tone is heard right, of the rows that tell it."""
    told = [outcome for outcome in outcomes if outcome.row.tone]
    answers = [(item.row.tone, item.row.tone == item.analysis.tone) for item in told]
    return share("tone", (right for _, right in answers)) | grouped("tone", answers, "tone")


def _same_stage(wanted: str | None, found: str | None) -> bool:
    return wanted == found or (wanted in SOFT_STAGES and found in SOFT_STAGES)


def urgent_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Recall of each urgent state and what is taken for urgent without being it.

    ``urgent.false`` counts the look-alikes, ``urgent.false_ordinary`` all ordinary talk, and
    ``urgent.false_code`` the threat codes seen in urgent messages that tell of none.
    """
    figures: Figures = {}
    for state in URGENT_STATES:
        figures |= share(
            f"urgent.{state}",
            (
                outcome.analysis.urgent == state
                for outcome in outcomes
                if outcome.row.urgent == state
            ),
        )
    figures |= share(
        "urgent.false",
        (bool(item.analysis.urgent) for item in outcomes if item.row.urgent == NOT_URGENT),
    )
    figures |= share(
        "urgent.false_ordinary",
        (bool(outcome.analysis.urgent) for outcome in outcomes if outcome.row.is_ordinary),
    )
    figures |= share(
        "urgent.false_code",
        (bool(item.codes) for item in outcomes if item.row.is_urgent and item.row.labels == ()),
    )
    return figures
