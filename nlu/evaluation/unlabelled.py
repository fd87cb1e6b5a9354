"""Transcripts that nobody labelled: how often the alarm goes, for what, and how sure it is.

Before going live the rate is nearly the false-alarm rate, since most users tell of nothing; later a change
of the shares or of the confidence tells that people talk of something new.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nlu.analysis import THREAT_CODES, URGENT_STATES
from nlu.evaluation.figures import Figures, share
from nlu.evaluation.outcomes import Outcome

CONFIDENCE_BINS = 10
SHOWN = 20


@dataclass(frozen=True)
class Unlabelled:
    """What was found in ``rows`` messages without labels.

    ``codes`` and ``urgent`` count messages by primary code and urgent state; ``confidence[i]`` counts the
    alarms whose confidence lies from ``i / 10`` to the next tenth; ``alarms`` are some of the messages
    that were taken for a threat, evenly from the surest to the least sure.
    """

    rows: int
    codes: dict[str, int]
    urgent: dict[str, int]
    confidence: tuple[int, ...]
    alarms: tuple[Outcome, ...]

    def as_json(self) -> dict[str, Any]:
        """Counts only; the messages stay out."""
        return {
            "rows": self.rows,
            "codes": self.codes,
            "urgent": self.urgent,
            "confidence": list(self.confidence),
        }

    def figures(self) -> Figures:
        """``unlabelled.alarms`` and, of the alarms, ``unlabelled.share.code.*``."""
        alarms = sum(self.codes.values())
        figures = share("unlabelled.alarms", _counted(alarms, self.rows))
        for code, count in self.codes.items():
            figures |= share(f"unlabelled.share.code.{code}", _counted(count, alarms))
        for state, count in self.urgent.items():
            figures |= share(f"unlabelled.urgent.{state}", _counted(count, self.rows))
        return figures


def unlabelled_of(outcomes: Iterable[Outcome]) -> Unlabelled | None:
    """The picture of the rows without labels; ``None`` where there are none."""
    rows = [outcome for outcome in outcomes if outcome.row.is_unlabelled]
    if not rows:
        return None
    alarms = sorted(
        (outcome for outcome in rows if outcome.codes),
        key=lambda outcome: -outcome.analysis.threats[0].confidence,
    )
    codes = Counter(outcome.codes[0] for outcome in alarms)
    urgent = Counter(outcome.analysis.urgent for outcome in rows)
    bins = Counter(_tenth(outcome.analysis.threats[0].confidence) for outcome in alarms)
    return Unlabelled(
        len(rows),
        {code: codes[code] for code in THREAT_CODES if codes[code]},
        {state: urgent[state] for state in URGENT_STATES},
        tuple(bins[tenth] for tenth in range(CONFIDENCE_BINS)),
        _evenly(alarms, SHOWN),
    )


def _tenth(confidence: float) -> int:
    return min(CONFIDENCE_BINS - 1, int(confidence * CONFIDENCE_BINS))


def _evenly(outcomes: Sequence[Outcome], count: int) -> tuple[Outcome, ...]:
    if len(outcomes) <= count:
        return tuple(outcomes)
    return tuple(outcomes[place * len(outcomes) // count] for place in range(count))


def _counted(true: int, total: int) -> Iterable[bool]:
    return (place < true for place in range(total))
