"""Floors: what the figures of our own test set must not fall behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from nlu.evaluation.figures import Figure

FLOORS = Path(__file__).with_name("floors.yml")
_SIDES = ("at_least", "at_most")


class FloorError(ValueError):
    """The floors cannot be used; the message is one line that names the file and the mend."""


@dataclass(frozen=True)
class Floors:
    """Limits by the name of the figure."""

    at_least: Mapping[str, float]
    at_most: Mapping[str, float]

    def of(self, name: str) -> float | None:
        """The limit of a figure, if it has one."""
        return self.at_least.get(name, self.at_most.get(name))


@dataclass(frozen=True)
class Breach:
    """A figure on the wrong side of its limit; ``value`` is ``None`` where no row tells of it."""

    name: str
    value: float | None
    side: str
    limit: float

    @property
    def line(self) -> str:
        """The breach in one line."""
        side = "below" if self.side == "at_least" else "above"
        if self.value is None:
            return f"{self.name}: not measured, no row tells of it (floor {self.limit:g})"
        return f"{self.name}: {self.value:.4f} is {side} its floor {self.limit:g}"


def load_floors(path: Path = FLOORS) -> Floors:
    """Reads the floors.

    Raises:
        FloorError: when the file is missing or holds anything but numbers under at_least and at_most.
    """
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise FloorError(f"{path}: cannot be read ({reason}); mend the YAML") from None
    if not isinstance(loaded, dict) or set(loaded) - set(_SIDES):
        raise FloorError(f"{path}: should hold {' and '.join(_SIDES)}, each with names and numbers")
    sides = {side: loaded.get(side) or {} for side in _SIDES}
    for side, limits in sides.items():
        for name, limit in limits.items():
            if not isinstance(limit, (int, float)) or isinstance(limit, bool):
                raise FloorError(f"{path}: {side}.{name} should be a number, not {limit!r}")
    both = set(sides["at_least"]) & set(sides["at_most"])
    if both:
        raise FloorError(f"{path}: {sorted(both)[0]} stands on both sides; keep one")
    return Floors(sides["at_least"], sides["at_most"])


def breaches(figures: Mapping[str, Figure], floors: Floors) -> list[Breach]:
    """The figures that are worse than their floor or missing, in the order of the file."""
    found = []
    for side, limits in (("at_least", floors.at_least), ("at_most", floors.at_most)):
        for name, limit in limits.items():
            value = figures[name].value if name in figures else None
            worse = value is None or (value < limit if side == "at_least" else value > limit)
            if worse:
                found.append(Breach(name, value, side, limit))
    return found
