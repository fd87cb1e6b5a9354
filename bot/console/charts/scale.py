"""Axes: round steps that people count in."""

from __future__ import annotations

import math
from collections.abc import Sequence


def ticks(highest: float, most: int = 4, whole: bool = True) -> list[float]:
    """Round values from 0 to at least ``highest``, evenly spaced, about ``most`` steps; whole ones for counts."""
    if highest <= 0:
        return [0, 1]
    rough = highest / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= rough * 0.999)
    if whole:
        step = max(1.0, math.ceil(step))
    count = math.ceil(highest / step - 1e-9)
    return [index * step for index in range(count + 1)]


def shown(value: float) -> str:
    """A value as it stands at an axis or in a tip."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def sparse(labels: Sequence[str], room: int) -> list[int]:
    """Which labels fit side by side: every n-th one, the last one always."""
    step = max(1, math.ceil(len(labels) / max(1, room)))
    chosen = list(range(len(labels) - 1, -1, -step))
    return chosen[::-1]
