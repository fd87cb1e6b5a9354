"""``jingzhong bench``: the product beside a stock Rasa assistant under the same messages."""

from __future__ import annotations

import json
import signal
import sys
from functools import lru_cache
from pathlib import Path
from typing import Annotated, NoReturn, Optional

import typer

from bot.cli.progress import Steps, say
from bot.settings import ROOT, load_settings

# They stand in the help, and the measurements themselves take a second to import.
MEASUREMENTS = ("throughput", "latency", "growth", "start", "memory", "workers", "forwarding")
CACHE = ROOT / "var" / "bench"


def bench(
    only: Annotated[
        Optional[list[str]],
        typer.Option(
            "--only",
            metavar="NAME",
            help=f"Measure this alone; may be repeated. One of {', '.join(MEASUREMENTS)}.",
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Small sizes: shows that all works, measures little.")
    ] = False,
    without_stock: Annotated[
        bool,
        typer.Option("--without-stock", help="Leave out the stock assistant and all ratios to it."),
    ] = False,
    without_redis: Annotated[
        bool, typer.Option("--without-redis", help="Leave out everything that needs redis-server.")
    ] = False,
    json_file: Annotated[
        Path,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Where to write all figures.",
            show_default="var/bench/bench.json",
        ),
    ] = CACHE / "bench.json",
    svg_file: Annotated[
        Path,
        typer.Option(
            "--svg",
            metavar="FILE",
            help="Where to draw the chart.",
            show_default="var/bench/bench.svg",
        ),
    ] = CACHE / "bench.svg",
) -> None:
    """Measure the product beside a stock Rasa assistant: a table with ratios, JSON and a chart.

    Everything is driven over HTTP in one run on this machine, about 25 minutes in all; the stock assistant
    is trained first if need be and kept in var/bench. A figure counts only if every reply came and exactly the
    expected signals were written; exit 1 if one does not, 0 otherwise, whatever the figures are.
    """
    names = tuple(only or ())
    for name in names:
        if name not in MEASUREMENTS:
            _fail(f"--only: {name!r} is unknown; use one of {', '.join(MEASUREMENTS)}", 2)
    settings = load_settings()
    for option, file in (("--json", json_file), ("--svg", svg_file)):
        if file.parent == CACHE:
            CACHE.mkdir(parents=True, exist_ok=True)
        if not file.absolute().parent.is_dir():
            _fail(f"{option}: {file.parent} is no folder; create it or name another file", 2)
    # Being ended means ending what was started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))

    from bot.bench.chart import draw_report
    from bot.bench.product import Surroundings
    from bot.bench.reference import Reference
    from bot.bench.running import measure
    from bot.bench.sizes import FULL, QUICK
    from bot.bench.stage import Wanted
    from bot.bench.table import print_report
    from bot.bench.workload import WorkloadError, load_workload
    from bot.training import ensure_model
    from nlu.evaluation.rows import RowError

    try:
        workload = load_workload()
    except (RowError, WorkloadError) as error:
        _fail(str(error), 1)
    training = Steps("training the model")
    model = ensure_model(settings.models, training)
    training.done()
    reference = lru_cache(maxsize=1)(lambda: Reference.load(model, settings.content))
    CACHE.mkdir(parents=True, exist_ok=True)
    steps = Steps("measuring")
    report = measure(
        Surroundings(settings, reference, workload),
        Wanted(names, QUICK if quick else FULL, not without_stock, not without_redis),
        CACHE,
        steps,
    )
    steps.done()
    print_report(report)
    try:
        json_file.write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")
        svg_file.write_text(draw_report(report), encoding="utf-8")
    except OSError as error:
        _fail(f"cannot write {error.filename} ({error.strerror})", 1)
    say(f"wrote {json_file} and {svg_file}")
    if report.problems:
        raise typer.Exit(1)


def _fail(line: str, status: int) -> NoReturn:
    say(line)
    raise typer.Exit(status)
