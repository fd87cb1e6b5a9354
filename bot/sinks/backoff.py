"""How long to wait before the next try: longer each time, never for two in step, and always the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

_SPREAD: Final = 0.25
_MOST_STEPS: Final = 64  # no pause can still grow after so many


@dataclass(frozen=True)
class Backoff:
    """Pauses in seconds that begin with ``first`` and grow by ``factor`` up to ``longest``."""

    first: float
    longest: float
    factor: float = 2.0

    def pause(self, failures: int, what: str) -> float:
        """The pause after that many failures of ``what``, at least one.

        Up to a quarter is added, by which many that failed together do not come back together. How much depends on
        the arguments alone, so that a run can be repeated.
        """
        plain = self.first * self.factor ** min(failures - 1, _MOST_STEPS)
        digest = hashlib.sha256(f"{what} {failures}".encode()).digest()
        share = int.from_bytes(digest[:4], "big") / 2**32
        return min(plain, self.longest) * (1 + _SPREAD * share)


@dataclass(frozen=True)
class Retries:
    """How often a refused event is tried, and the pauses between; after ``tries`` it is a dead letter."""

    tries: int = 8
    backoff: Backoff = Backoff(first=1.0, longest=600.0, factor=3.0)
