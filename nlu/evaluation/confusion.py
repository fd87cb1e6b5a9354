"""What is taken for what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlu.analysis import STAGES, THREAT_CODES
from nlu.evaluation.outcomes import Outcome

ORDINARY = "ordinary"


@dataclass(frozen=True)
class Confusion:
    """``counts[i][j]``: how many messages that are ``names[i]`` were taken for ``names[j]``."""

    names: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]

    @property
    def total(self) -> int:
        """The number of messages."""
        return sum(map(sum, self.counts))


def code_confusion(outcomes: Iterable[Outcome]) -> Confusion:
    """Primary codes and ordinary talk; a further acceptable code counts as the one that was meant.

    Urgent messages that tell of no threat are left out.
    """
    pairs = []
    for outcome in outcomes:
        row = outcome.row
        found = outcome.codes[0] if outcome.codes else ORDINARY
        if row.is_ordinary:
            pairs.append((ORDINARY, found))
        elif row.labels:
            pairs.append((found if found in row.labels else row.labels[0], found))
    return _confusion((*THREAT_CODES, ORDINARY), pairs)


def stage_confusion(outcomes: Iterable[Outcome]) -> Confusion:
    """Stages of the recognised threats that have one."""
    pairs = [
        (outcome.row.stage, outcome.analysis.stage)
        for outcome in outcomes
        if outcome.is_hit and outcome.row.stage and outcome.analysis.stage
    ]
    return _confusion(STAGES, [(str(wanted), str(found)) for wanted, found in pairs])


def _confusion(names: Sequence[str], pairs: Iterable[tuple[str, str]]) -> Confusion:
    counted = Counter(pairs)
    return Confusion(
        tuple(names),
        tuple(tuple(counted[wanted, found] for found in names) for wanted in names),
    )
