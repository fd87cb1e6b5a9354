"""What was learnt: scores before and after of the same people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

_DRAWS: Final = 2000
_SEED: Final = 20
_BOUNDS: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Paired:
    """Mean scores (0 to 100) of ``people`` who have both, and the gain with its 95 % interval (bootstrap)."""

    people: int
    before: float
    after: float
    low: float
    high: float

    @property
    def gain(self) -> float:
        """By how many points they did better."""
        return self.after - self.before

    def as_json(self) -> dict[str, Any]:
        """People, means and gain with its bounds, rounded to hundredths of a point."""
        names = ("before", "after", "gain", "low", "high")
        return {"people": self.people, **{name: round(getattr(self, name), 2) for name in names}}


def paired(scores: Iterable[tuple[int | None, int | None]]) -> Paired | None:
    """Compares the scores of those who have both; ``None`` where nobody has.

    The draws begin with a fixed seed, so that the same people give the same interval.
    """
    both = [(one, other) for one, other in scores if one is not None and other is not None]
    if not both:
        return None
    count = len(both)
    # There are at most 201 different gains, so drawing how often each comes is drawing people, however many they are.
    gains, times = np.unique([other - one for one, other in both], return_counts=True)
    drawn = np.random.default_rng(_SEED).multinomial(count, times / count, size=_DRAWS)
    low, high = np.quantile(drawn @ gains / count, _BOUNDS)
    return Paired(
        count,
        sum(one for one, _ in both) / count,
        sum(other for _, other in both) / count,
        float(low),
        float(high),
    )
