"""What was learnt: scores before and after of the same people."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_DRAWS: Final = 2000
_SEED: Final = 20
_TAIL: Final = 0.025


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


def paired(scores: Iterable[tuple[int | None, int | None]]) -> Paired | None:
    """Compares the scores of those who have both; ``None`` where nobody has.

    The draws begin with a fixed seed, so that the same people give the same interval.
    """
    both = [(one, other) for one, other in scores if one is not None and other is not None]
    if not both:
        return None
    gains = [other - one for one, other in both]
    chance = random.Random(_SEED)  # noqa: S311 - nothing secret is drawn
    means = sorted(
        sum(chance.choices(gains, k=len(gains))) / len(gains) for _ in range(_draws(gains))
    )
    cut = int(_TAIL * len(means))
    count = len(both)
    return Paired(
        count,
        sum(one for one, _ in both) / count,
        sum(other for _, other in both) / count,
        means[cut],
        means[-1 - cut],
    )


def _draws(gains: list[int]) -> int:
    """Fewer draws of very many people, whose interval is narrow anyway: at most some seconds of work."""
    return max(200, min(_DRAWS, 4_000_000 // len(gains)))
