"""What decides whether a newly trained model takes the place of the one that serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

Progress = Callable[[str], None]


class Refused(Exception):
    """The new model is worse than the one in place; ``lines`` name the figures, one each."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        super().__init__("; ".join(lines))
        self.lines = lines


@dataclass(frozen=True)
class Passed:
    """The new model may take its place; ``warnings`` are lines for whoever trained it."""

    warnings: tuple[str, ...] = ()


class Gate(Protocol):
    """Decides whether a candidate may take the place of the current model."""

    def fingerprint(self) -> str:
        """A hash over all that the decision rests on besides the two models."""

    def review(self, candidate: Path, current: Path | None, progress: Progress) -> Passed:
        """Lets the candidate pass, or not.

        Raises:
            Refused: when ``current`` is to stay.
        """
