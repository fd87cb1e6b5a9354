"""The whole benchmark: everything that is wanted, in an order in which nothing disturbs the rest."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

from bot.bench.apart import forwarding, memory, start, workers
from bot.bench.figures import Line, Report, Step
from bot.bench.product import Surroundings
from bot.bench.side_by_side import SideBySide
from bot.bench.stage import Stage, Wanted
from bot.bench.workload import SEED

TOGETHER = ("throughput", "latency", "growth")
APART = {"memory": memory, "workers": workers, "forwarding": forwarding}
NEEDS_REDIS = frozenset({"workers", "forwarding"})
NAMES = (*TOGETHER, "start", *APART)


def measure(
    around: Surroundings, wanted: Wanted, cache: Path, progress: Callable[[str], None]
) -> Report:
    """Measures what is wanted; what cannot be measured is told in the report.

    ``cache`` is an existing folder in which the trained stock assistant is kept.
    """
    names = [name for name in NAMES if name in wanted.only or not wanted.only]
    lines: list[Line] = []
    profile: dict[str, list[Step]] = {}
    with Stage(around, wanted, cache, progress) as stage:
        together = [name for name in TOGETHER if name in names]
        if together:
            side_by_side = SideBySide(stage)
            ways = {
                "throughput": side_by_side.throughput,
                "latency": side_by_side.latency,
                "growth": side_by_side.growth,
            }
            lines.extend(ways[name]() for name in together)
            profile = {load: steps for load, steps in side_by_side.profile.items() if steps}
        if "start" in names:
            lines.append(start(stage))
        stage.leave_common()
        for name, measurement in APART.items():
            if name in names and (wanted.redis or name not in NEEDS_REDIS):
                lines.append(measurement(stage))
    return Report(_about(around), lines, profile)


def _about(around: Surroundings) -> dict[str, object]:
    workload = around.workload
    return {
        "taken": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": {
            "processor": _processor(),
            "cores": len(os.sched_getaffinity(0)),
            "system": platform.platform(),
            "python": platform.python_version(),
            "rasa": version("rasa"),
        },
        "workload": {
            "seed": SEED,
            "texts": len(workload.texts),
            "threat_share": workload.threat_share,
            "median_length": workload.median_length,
        },
    }


def _processor() -> str:
    try:
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        found = None
    return found.group(1).strip() if found else platform.machine()
