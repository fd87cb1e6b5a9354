"""What the understanding made of every row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from nlu.analysis import Analysis
from nlu.evaluation.rows import Row


class Understanding(Protocol):
    """What is measured: anything that analyses one message at a time."""

    def analyse(self, text: str) -> Analysis:
        """The analysis of one text."""


@dataclass(frozen=True)
class Decision:
    """Whether a message counts as a threat, and as which; an alarm may name no code."""

    alarm: bool
    codes: tuple[str, ...] = ()


Decide = Callable[[str], Decision]


@dataclass(frozen=True)
class Outcome:
    """A row and its analysis."""

    row: Row
    analysis: Analysis

    @property
    def codes(self) -> tuple[str, ...]:
        """The decided codes, primary first."""
        return tuple(threat.code for threat in self.analysis.threats)

    @property
    def decision(self) -> Decision:
        """The part of the analysis that other ways of deciding have as well."""
        return Decision(bool(self.analysis.threats), self.codes)

    @property
    def is_hit(self) -> bool:
        """Whether a threat was recognised as a threat."""
        return self.row.is_threat and bool(self.analysis.threats)


def outcomes_of(understanding: Understanding, rows: Iterable[Row]) -> list[Outcome]:
    """Analyses every row."""
    return [Outcome(row, understanding.analyse(row.text)) for row in rows]
