"""Whether a confidence of 90 % is right nine times in ten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlu.evaluation.figures import Figure, Figures
from nlu.evaluation.outcomes import Outcome

BINS = 10


@dataclass(frozen=True)
class Bin:
    """Messages of about one confidence: its mean, the share that was right, and their number."""

    confidence: float
    right: float
    of: int


def reliability(outcomes: Iterable[Outcome]) -> tuple[Bin, ...]:
    """Ten bins of equal mass, by the confidence of the primary code; fewer where there are fewer messages.

    Every labelled message with a decided code counts; ordinary talk that was taken for a threat is wrong.
    """
    judged = sorted(
        (item.analysis.threats[0].confidence, item.codes[0] in item.row.labels)
        for item in outcomes
        if item.codes and item.row.labels is not None
    )
    return tuple(_bin(part) for part in _equal_parts(judged) if part)


def calibration_figures(bins: Sequence[Bin]) -> Figures:
    """``calibration.error``: the mean distance of confidence and truth, weighted by the bins."""
    total = sum(part.of for part in bins)
    if not total:
        return {}
    error = sum(part.of * abs(part.right - part.confidence) for part in bins) / total
    return {"calibration.error": Figure(error, total, share=False)}


def _bin(part: Sequence[tuple[float, bool]]) -> Bin:
    size = len(part)
    return Bin(
        sum(confidence for confidence, _ in part) / size,
        sum(right for _, right in part) / size,
        size,
    )


def _equal_parts(judged: list[tuple[float, bool]]) -> list[list[tuple[float, bool]]]:
    cuts = [round(place * len(judged) / BINS) for place in range(BINS + 1)]
    return [judged[start:end] for start, end in pairwise(cuts)]
