"""What came of outreach, in numbers that say what they are shares of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339
from nlu.evaluation.figures import Figure

WHOLE: Final = "all"
GROUPS: Final = (WHOLE, "step", "code")
ANSWERS: Final = ("stopped", "went_on", "unknown")
_SPAN: Final = "created_at >= :since AND created_at < :until"
_COUNTS: Final = (
    "SELECT kind, step, code, count(*), sum(state IN ('sent', 'kept')), sum(state = 'unknown'), "  # noqa: S608
    "sum(delivered_at IS NOT NULL), sum(answer IS NOT NULL), sum(state IN ('planned', 'claimed')) "
    f"FROM outreach WHERE {_SPAN} GROUP BY kind, step, code"
)
# One person may be asked twice about the same; what was said last is what became of it. The other columns of a row
# with max() are those of the row that has it.
_OUTCOMES: Final = (
    "SELECT code, answer, count(*) FROM (SELECT code, answer, max(answered_at) FROM outreach "  # noqa: S608
    f"WHERE kind = 'followup' AND answer IS NOT NULL AND {_SPAN} GROUP BY signal) GROUP BY code, answer"
)
_BY_STEP: Final = (
    "SELECT step, answer, count(*) FROM outreach WHERE kind = 'followup' AND answer IS NOT NULL "  # noqa: S608
    f"AND {_SPAN} GROUP BY step, answer"
)
_REASONS: Final = (
    "SELECT kind, state, coalesce(reason, ''), count(*) FROM outreach "  # noqa: S608
    f"WHERE state IN ('refused', 'failed', 'cancelled') AND {_SPAN} GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3"
)


@dataclass(frozen=True)
class Reach:
    """Messages of one kind.

    Of those ``planned``, so many were ``sent`` (taken by the platform or kept for the next visit), are ``unsure``
    (perhaps sent), or still ``waiting``; the rest was not sent. ``delivered`` and ``answered`` are parts of the first two.
    """

    planned: int = 0
    sent: int = 0
    unsure: int = 0
    delivered: int = 0
    answered: int = 0
    waiting: int = 0

    @property
    def not_sent(self) -> int:
        """Refused, failed or taken back; :class:`NotSent` tells why."""
        return self.planned - self.sent - self.unsure - self.waiting

    def __add__(self, other: Reach) -> Reach:
        return Reach(
            *(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True))
        )


@dataclass(frozen=True)
class Asked:
    """The questions of one group and what was answered.

    ``answers`` counts threats by what was said of them last, in the group of a step the questions of that step. What
    nobody answered is in no share: silence tells nothing.
    """

    group: str
    key: str
    reach: Reach
    answers: Mapping[str, int] = field(default_factory=dict)

    @property
    def dissuaded(self) -> Figure | None:
        """Of all answers the share of ``stopped``, with its Wilson interval; ``None`` without any answer."""
        answered = sum(self.answers.values())
        return Figure(self.answers.get("stopped", 0) / answered, answered) if answered else None

    def as_json(self) -> dict[str, Any]:
        """The group as commands and the API show it."""
        figure = self.dissuaded
        low, high = (figure.interval if figure else None) or (None, None)
        return {
            "group": self.group,
            "key": self.key,
            **vars(self.reach),
            **{answer: self.answers.get(answer, 0) for answer in ANSWERS},
            "dissuaded": figure.value if figure else None,
            "low": low,
            "high": high,
        }


@dataclass(frozen=True)
class NotSent:
    """How many messages were not sent for one reason."""

    kind: str
    state: str
    reason: str
    count: int


@dataclass(frozen=True)
class OutreachFigures:
    """Warnings, questions by group (``all``, ``step``, ``code``), and why some were not sent."""

    warnings: Reach
    questions: tuple[Asked, ...]
    not_sent: tuple[NotSent, ...]

    @property
    def whole(self) -> Asked:
        """All questions."""
        return self.questions[0]

    def as_json(self) -> dict[str, Any]:
        """The figures as commands and the API show them."""
        return {
            "warnings": dict(vars(self.warnings)),
            "questions": [asked.as_json() for asked in self.questions],
            "not_sent": [dict(vars(each)) for each in self.not_sent],
        }


def outreach_figures(reader: Reader, since: datetime, until: datetime) -> OutreachFigures:
    """What was planned from ``since`` until before ``until`` and what came of it by now; a blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    span = {"since": rfc3339(since), "until": rfc3339(until)}
    warnings = Reach()
    reached: dict[tuple[str, str], Reach] = defaultdict(Reach)
    for kind, step, code, *counts in reader.rows(_COUNTS, span):
        found = Reach(*counts)
        if kind == "warning":
            warnings += found
            continue
        for group in ((WHOLE, ""), ("step", step), ("code", code)):
            reached[group] += found
    answered: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for code, answer, count in reader.rows(_OUTCOMES, span):
        answered["code", code][answer] = count
        whole = answered[WHOLE, ""]
        whole[answer] = whole.get(answer, 0) + count
    for step, answer, count in reader.rows(_BY_STEP, span):
        answered["step", step][answer] = count
    keys = {(WHOLE, ""), *reached}
    questions = (
        Asked(group, key, reached[group, key], answered[group, key])
        for group, key in sorted(keys, key=lambda found: (GROUPS.index(found[0]), found[1]))
    )
    return OutreachFigures(warnings, tuple(questions), _reasons(reader.rows(_REASONS, span)))


def _reasons(rows: Iterable[tuple[Any, ...]]) -> tuple[NotSent, ...]:
    return tuple(NotSent(*row) for row in rows)
