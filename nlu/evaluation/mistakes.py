"""The errors one by one, the worst first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nlu.analysis import Span
from nlu.evaluation.followups import Followed
from nlu.evaluation.outcomes import Outcome
from nlu.evaluation.rows import NOT_URGENT, SAME_STAGE

KINDS = ("urgent_missed", "missed", "wrong_code", "false_alarm", "false_urgent", "follow_up")
TOLD_KINDS = frozenset({"missed", "wrong_code", "false_alarm"})  # with a confidence of their own
_UNTOLD = 0.5
URGENT_KINDS = frozenset({"urgent_missed", "false_urgent"})


@dataclass(frozen=True)
class Mistake:
    """One wrong answer.

    ``weight`` orders them: how sure the understanding was of what is wrong, 0 to 1; a crisis or an
    emergency that was missed weighs 1, what is not told with a confidence 0.5. ``evidence`` is what it leaned on, empty where it saw nothing.
    """

    kind: str
    weight: float
    file: str
    line: int
    text: str
    wanted: tuple[str, ...]
    found: tuple[str, ...]
    style: str | None
    topic: str | None
    evidence: tuple[Span, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The mistake with the words of its evidence."""
        return {
            "kind": self.kind,
            "weight": round(self.weight, 4),
            "row": f"{self.file}:{self.line}",
            "text": self.text,
            "wanted": list(self.wanted),
            "found": list(self.found),
            "style": self.style,
            "topic": self.topic,
            "evidence": [span.text for span in self.evidence],
        }


def mistakes_of(
    outcomes: Iterable[Outcome], followed: Iterable[Followed] = ()
) -> tuple[Mistake, ...]:
    """All mistakes about threats, urgent states and follow-ups, the heaviest first."""
    found = [mistake for outcome in outcomes for mistake in _mistakes(outcome)]
    found += [_follow_up(item) for item in followed if not item.is_right]
    return tuple(sorted(found, key=lambda mistake: (-mistake.weight, mistake.file, mistake.line)))


def _mistakes(outcome: Outcome) -> Iterable[Mistake]:
    row, analysis = outcome.row, outcome.analysis
    if row.is_threat and not analysis.threats:
        yield _mistake("missed", 1 - analysis.leaning[1], outcome)
    elif row.is_threat and outcome.codes[0] not in (row.labels or ()):
        yield _mistake("wrong_code", analysis.threats[0].confidence, outcome)
    elif row.labels == () and analysis.threats:
        yield _mistake("false_alarm", analysis.threats[0].confidence, outcome)
    if row.is_urgent and analysis.urgent != row.urgent:
        yield _urgent("urgent_missed", 1.0, outcome)
    elif row.urgent == NOT_URGENT and analysis.urgent:
        yield _urgent("false_urgent", _UNTOLD, outcome)


def _mistake(kind: str, weight: float, outcome: Outcome) -> Mistake:
    row, threats = outcome.row, outcome.analysis.threats
    evidence = threats[0].evidence if threats else ()
    wanted, found = row.labels or (), outcome.codes
    return Mistake(
        kind, weight, row.file, row.line, row.text, wanted, found, row.style, row.topic, evidence
    )


def _urgent(kind: str, weight: float, outcome: Outcome) -> Mistake:
    row = outcome.row
    wanted = (row.urgent,) if row.urgent and row.urgent != NOT_URGENT else ()
    found = (outcome.analysis.urgent,) if outcome.analysis.urgent else ()
    return Mistake(kind, weight, row.file, row.line, row.text, wanted, found, row.style, row.topic)


def _follow_up(item: Followed) -> Mistake:
    row, expected, understood = item.row, item.row.expected, item.understood
    wanted = (expected.intent, expected.stage) if expected else ()
    stage = understood.stage if understood.refers_back else None
    found = (understood.intent, stage or SAME_STAGE)
    text = f"{row.before}\n{row.text}"
    return Mistake("follow_up", _UNTOLD, row.file, row.line, text, wanted, found, None, None)
