"""Where the time of a message goes, from what the product tells at ``/metrics``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.bench.client import Address, ConnectionLost, connect, get
from bot.bench.figures import Step
from bot.bench.load import run

_SAMPLE = re.compile(
    r'^jingzhong_step_seconds_(sum|count)\{[^}]*step="([^"]+)"[^}]*\} (\S+)$', re.MULTILINE
)
REST = "HTTP and the rest"

Totals = Mapping[str, tuple[float, float]]  # of each step its seconds and how often it was taken


def read_totals(exposition: str) -> Totals:
    """The steps in Prometheus' text format; empty where the service tells none."""
    found: dict[str, dict[str, float]] = {}
    for kind, step, value in _SAMPLE.findall(exposition):
        found.setdefault(step, {})[kind] = float(value)
    return {step: (kinds.get("sum", 0.0), kinds.get("count", 0.0)) for step, kinds in found.items()}


def totals_of(address: Address) -> Totals:
    """What a service tells now; empty where it tells nothing."""

    async def ask() -> str:
        connection = await connect(address)
        try:
            answer = await connection.ask(get("/metrics"))
        finally:
            connection.close()
        return answer.body.decode() if answer.status == 200 else ""

    try:
        return read_totals(run(ask()))
    except ConnectionLost:
        return {}


def profile(before: Totals, after: Totals, messages: int, whole: float) -> list[Step]:
    """Mean milliseconds of a message by step, the slowest first.

    ``whole`` is the mean time of a message in seconds as its sender saw it; what no step explains is the rest.
    """
    spent = {
        step: (seconds - before.get(step, (0.0, 0.0))[0]) / messages
        for step, (seconds, _) in after.items()
    }
    taken = {step: seconds for step, seconds in spent.items() if seconds > 0}
    if not taken or whole <= 0:
        return []
    rest = max(0.0, whole - sum(taken.values()))
    ranked = sorted(taken.items(), key=lambda item: -item[1])
    return [
        Step(name, seconds * 1000, seconds / whole) for name, seconds in (*ranked, (REST, rest))
    ]
