"""How the bursts of the simulated year go on from day to day: weights of the days from the first one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

SHAPES: Final[Mapping[str, Sequence[float]]] = {
    "step": [1.0] * 14,
    "ramp": [float(day) for day in range(1, 15)],
    "spike": [0.325, 0.325, *(0.35 * 0.5 ** (day / 2) * (1 - 0.5**0.5) for day in range(12))],
    "growth": [2 ** (day / 3) for day in range(12)],
}
