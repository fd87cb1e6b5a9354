"""What was measured: values, the ratios that are wanted of them, and the whole as JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

STOCK, EMBEDDED, REDIS = "stock", "embedded", "redis"
COLUMNS = {STOCK: "stock Rasa", EMBEDDED: "embedded", REDIS: "on Redis"}  # with their headings


@dataclass(frozen=True)
class Cell:
    """One measured value, or the ``problem`` for which there is none that counts.

    ``column`` says of which assistant; ``label`` tells values of one column apart; ``note`` adds to it.
    """

    column: str
    value: float | None
    label: str = ""
    note: str = ""
    problem: str | None = None


@dataclass(frozen=True)
class Goal:
    """A ratio or value that is wanted, ``None`` where it could not be measured."""

    of: str
    value: float | None
    bound: float
    at_most: bool
    unit: str = "x"

    @property
    def met(self) -> bool | None:
        """Whether it is reached."""
        if self.value is None:
            return None
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    @property
    def wanted(self) -> str:
        """The bound with its sign."""
        return f"{'<=' if self.at_most else '>='} {written(self.bound)} {self.unit}".strip()


@dataclass(frozen=True)
class Line:
    """One measurement; ``more`` holds what only the JSON tells."""

    name: str
    what: str
    unit: str
    cells: Sequence[Cell]
    goals: Sequence[Goal] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """Why values do not count, one line each."""
        return [
            f"{self.name}, {cell.label or cell.column}: {cell.problem}"
            for cell in self.cells
            if cell.problem
        ]


@dataclass(frozen=True)
class Step:
    """One step of a message: its mean time and its share of the whole."""

    name: str
    milliseconds: float
    share: float


@dataclass(frozen=True)
class Report:
    """A whole benchmark. ``profile`` names the load and tells its steps."""

    about: Mapping[str, Any]
    lines: Sequence[Line]
    profile: Mapping[str, Sequence[Step]] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """All that does not count, one line each."""
        return [problem for line in self.lines for problem in line.problems]

    def as_json(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            **self.about,
            "lines": [
                {
                    **asdict(line),
                    "goals": [
                        {**asdict(goal), "wanted": goal.wanted, "met": goal.met}
                        for goal in line.goals
                    ],
                }
                for line in self.lines
            ],
            "profile": {
                load: [asdict(step) for step in steps] for load, steps in self.profile.items()
            },
            "problems": self.problems,
        }


def ratio(above: float | None, below: float | None) -> float | None:
    """One value over another, ``None`` where one is missing or nothing."""
    return above / below if above is not None and below else None


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(share * len(ranked)) - 1)]


def written(value: float) -> str:
    """A value with three digits that mean something."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"
