"""A platform that people are written to at: its limits, its faults, and what it delivered to whom."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.outbound.message import Delivery, OutboundMessage, Sender


@dataclass(frozen=True)
class Faults:
    """How often in a hundred the platform is busy, loses an answer, or was blocked by the user."""

    busy: int = 0
    lost: int = 0
    blocked: int = 0


class Platform(Sender):
    """Keeps every delivery in a file, where it survives the process that sent it.

    It takes at most ``limit`` messages within any second of its own clock, and asks to wait beyond that.
    """

    def __init__(self, file: Path, limit: int, faults: Faults, seed: int = 0) -> None:
        self._file = file
        self._limit = limit
        self._faults = faults
        self._chance = random.Random(seed)
        self._seconds: Counter[int] = Counter()

    @property
    def channel(self) -> str:
        return "test"

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        second = int(asyncio.get_running_loop().time())
        self._seconds[second] += 1
        if self._seconds[second] > self._limit:
            return Delivery("failed", "too many", retry_after=1.0)
        drawn = self._chance.randrange(100)
        if drawn < self._faults.busy:
            return Delivery("failed", "busy")
        if drawn < self._faults.busy + self._faults.blocked:
            return Delivery("refused", "blocked")
        # In one write, so that a kill leaves whole lines or none.
        with self._file.open("a", encoding="utf-8") as file:
            file.write(f"{address} {message.id}\n")
        await asyncio.sleep(0)
        if self._chance.randrange(100) < self._faults.lost:
            return Delivery("unknown", "no answer")
        return Delivery("sent")

    @property
    def busiest(self) -> int:
        """The most messages within one second."""
        return max(self._seconds.values(), default=0)


def delivered(file: Path) -> Iterator[str]:
    """The addresses of all messages that arrived, as often as they did."""
    for line in file.read_text(encoding="utf-8").splitlines():
        yield line.split(" ")[0]
