"""Everything that is measured on a set of rows, in one value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from nlu.evaluation.calibration import Bin, calibration_figures, reliability
from nlu.evaluation.confusion import Confusion, code_confusion, stage_confusion
from nlu.evaluation.entities import entity_figures
from nlu.evaluation.evidence import evidence_figures
from nlu.evaluation.figures import (
    Figure,
    Figures,
    decision_figures,
    stage_figures,
    tone_figures,
    urgent_figures,
)
from nlu.evaluation.followups import InContext, follow, follow_up_figures
from nlu.evaluation.mistakes import Mistake, mistakes_of
from nlu.evaluation.outcomes import Decide, Understanding, outcomes_of
from nlu.evaluation.rows import Row
from nlu.evaluation.timing import Component, measure, timing_figures
from nlu.evaluation.unlabelled import Unlabelled, unlabelled_of

WHOLE = "both"

Progress = Callable[[str], None]
Watch = Callable[[Sequence[Row]], Iterable[Row]]


@dataclass(frozen=True)
class Evaluation:
    """The figures of a set of rows with what they are made of.

    ``comparisons`` holds, by name, the figures of other ways of deciding on the same rows; ``both`` are
    our own.
    """

    rows: int
    figures: Mapping[str, Figure]
    codes: Confusion
    stages: Confusion
    reliability: tuple[Bin, ...]
    mistakes: tuple[Mistake, ...]
    comparisons: Mapping[str, Mapping[str, Figure]]
    unlabelled: Unlabelled | None

    def as_json(self) -> dict[str, Any]:
        """Figures, matrices and mistakes for machines."""
        return {
            "rows": self.rows,
            "figures": _as_json(self.figures),
            "confusion": {"names": self.codes.names, "counts": self.codes.counts},
            "stages": {"names": self.stages.names, "counts": self.stages.counts},
            "reliability": [
                {
                    "confidence": round(part.confidence, 4),
                    "right": round(part.right, 4),
                    "of": part.of,
                }
                for part in self.reliability
            ],
            "comparisons": {name: _as_json(found) for name, found in self.comparisons.items()},
            "mistakes": [mistake.as_json() for mistake in self.mistakes],
            "unlabelled": self.unlabelled.as_json() if self.unlabelled else None,
        }


def _as_json(figures: Mapping[str, Figure]) -> dict[str, dict[str, float]]:
    return {name: figure.as_json() for name, figure in figures.items()}


def evaluate(
    understanding: Understanding,
    rows: Sequence[Row],
    *,
    others: Mapping[str, Decide] | None = None,
    components: Mapping[str, Component] | None = None,
    in_context: InContext | None = None,
    progress: Progress = lambda step: None,
    watch: Watch = lambda rows: rows,
) -> Evaluation:
    """Measures an understanding on rows.

    ``others`` are further ways of deciding to set beside it, by name, on the labelled rows;
    ``components`` are timed; ``in_context`` understands a message behind another one, for the rows that
    have one before them. All may be left out; timing takes some seconds. ``watch`` passes the rows on
    while they are analysed, for a progress bar.
    """
    progress(f"{len(rows)} messages")
    alone = [row for row in rows if row.before is None]
    outcomes = outcomes_of(understanding, watch(alone))
    decided = decision_figures(alone, [outcome.decision for outcome in outcomes])
    bins = reliability(outcomes)
    figures: Figures = {
        **decided,
        **stage_figures(outcomes),
        **urgent_figures(outcomes),
        **tone_figures(outcomes),
        **entity_figures(outcomes),
        **calibration_figures(bins),
    }
    progress("evidence")
    figures |= evidence_figures(understanding, outcomes)
    followed = follow(rows, in_context) if in_context else []
    figures |= follow_up_figures(followed)
    unlabelled = unlabelled_of(outcomes)
    if unlabelled:
        figures |= unlabelled.figures()
    comparisons: dict[str, Mapping[str, Figure]] = {}
    labelled = [row for row in alone if row.labels is not None]
    for name, decide in (others or {}).items() if labelled else ():
        progress(f"beside it: {name}")
        comparisons[name] = decision_figures(labelled, [decide(row.text) for row in labelled])
    if comparisons:
        comparisons = {WHOLE: decided, **comparisons}
    if components:
        progress("timing")
        figures |= timing_figures(measure(components, [row.text for row in rows]))
    return Evaluation(
        rows=len(rows),
        figures=figures,
        codes=code_confusion(outcomes),
        stages=stage_confusion(outcomes),
        reliability=bins,
        mistakes=mistakes_of(outcomes, followed),
        comparisons=comparisons,
        unlabelled=unlabelled,
    )
