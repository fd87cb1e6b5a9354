"""What is measured on products of its own: memory, several processes, the start, forwarding."""

from __future__ import annotations

import subprocess
import sys
import time
from itertools import islice
from statistics import median

from bot.bench.figures import EMBEDDED, REDIS, STOCK, Cell, Goal, Line, ratio, written
from bot.bench.load import Record, drive, run
from bot.bench.processes import NotStarted
from bot.bench.product import Product, Variant
from bot.bench.side_by_side import warm
from bot.bench.stage import EMBEDDED_VARIANT, REDIS_VARIANT, Stage

PARTS = (0.1, 0.25, 0.5, 0.75, 1.0)  # of all messages, after which the memory is read
FLAT = 1.05  # that the memory may grow by in the second half
_IMPORT = "import rasa.core.agent"


def memory(stage: Stage) -> Line:
    """Memory of one process while many people come and go."""
    people, turns = stage.sizes.people, stage.sizes.turns_of_a_person
    what = f"memory after {people * turns:,} messages of {people:,} people"
    samples: dict[str, float] = {}
    try:
        with stage.products(EMBEDDED_VARIANT) as (product,):
            conversations = stage.around.workload.conversations("memory", turns)
            done, problem = 0, None
            for part in PARTS:
                stage.progress(f"memory: up to {part:.0%} of {people * turns:,} messages")
                portion = islice(conversations, round(people * part) - done)
                done = round(people * part)
                record = run(drive(product.address, portion, stage.sizes.concurrency))
                samples[f"{part:.0%}"] = product.memory()
                problem = problem or product.check([record])
    except NotStarted as error:
        return Line("memory", what, "MB", [Cell(EMBEDDED, None, problem=str(error))])
    if problem:
        cell = Cell(EMBEDDED, None, problem=f"does not count: {problem}")
        return Line("memory", what, "MB", [cell], more={"samples_mb": samples})
    most = max(samples.values())
    note = "after " + ", ".join(f"{part} {written(value)}" for part, value in samples.items())
    return Line(
        "memory",
        what,
        "MB",
        [Cell(EMBEDDED, samples["100%"], note=note)],
        [
            Goal("most", most, 700, True, "MB"),
            Goal("100% / 50%", ratio(samples["100%"], samples["50%"]), FLAT, True),
        ],
        {"samples_mb": samples},
    )


def workers(stage: Stage) -> Line:
    """Two processes that share a Redis beside one."""
    what = f"two processes / one, {stage.sizes.concurrency} conversations at once"
    two_variant = Variant("two processes on Redis", redis=True, workers=2)
    rates: dict[str, list[float]] = {"one": [], "two": []}
    cpu: dict[str, list[float]] = {"one": [], "two": []}
    records: dict[str, list[Record]] = {"one": [], "two": []}
    try:
        with stage.products(REDIS_VARIANT, two_variant) as products:
            named = dict(zip(rates, products))
            talks = {name: stage.around.workload.conversations("workers") for name in named}
            for product in products:
                warm(stage, product)
            for number in range(stage.sizes.worker_rounds):
                for name, product in named.items():
                    stage.progress(f"workers, round {number + 1}: {name}")
                    before = product.cpu()
                    record = run(
                        drive(
                            product.address,
                            talks[name],
                            stage.sizes.concurrency,
                            stage.sizes.seconds,
                        )
                    )
                    used = product.cpu() - before
                    rates[name].append(record.rate(stage.sizes.seconds))
                    cpu[name].append(used * 1000 / max(1, len(record.times)))
                    records[name].append(record)
            problems = {name: product.check(records[name]) for name, product in named.items()}
    except NotStarted as error:
        return Line("workers", what, "1/s", [Cell(REDIS, None, "two", problem=str(error))])
    cells = [_counting(name, rates[name], problems[name], "CPU", cpu[name]) for name in rates]
    counts = not any(problems.values())
    one, two = (median(rates[name]) if counts else None for name in ("one", "two"))
    cpu_one, cpu_two = (median(cpu[name]) if counts else None for name in ("one", "two"))
    return Line(
        "workers",
        what,
        "1/s",
        cells,
        [
            Goal("messages a second", ratio(two, one), 1.5, False),
            Goal("CPU of a message", ratio(cpu_two, cpu_one), 1.15, True),
        ],
        {"rates": rates, "cpu_ms_per_message": cpu},
    )


def _counting(
    name: str, rates: list[float], problem: str | None, kind: str, costs: list[float]
) -> Cell:
    if problem:
        return Cell(REDIS, None, name, problem=f"does not count: {problem}")
    return Cell(REDIS, median(rates), name, note=f"{kind} {written(median(costs))} ms")


def start(stage: Stage) -> Line:
    """From the start of the process to the first answer, beside the import of Rasa."""
    imports: list[float] = []
    answers: list[float] = []
    what = "start to first answer, model trained"
    try:
        for number in range(stage.sizes.start_rounds):
            stage.progress(f"start, round {number + 1}")
            imports.append(_import_seconds())
            with stage.products(EMBEDDED_VARIANT) as (product,):
                answers.append(product.first_answer)
    except NotStarted as error:
        return Line("start", what, "s", [Cell(EMBEDDED, None, problem=str(error))])
    cells = [Cell(EMBEDDED, median(answers), note=f"import {written(median(imports))}")]
    if stage.wanted.stock:
        group = stage.common()
        if STOCK in group.services:
            cells.insert(0, Cell(STOCK, group.services[STOCK].first_answer))
    return Line(
        "start",
        what,
        "s",
        cells,
        [Goal("start - import", median(answers) - median(imports), 2.0, True, "s")],
        {"import_s": imports, "first_answer_s": answers},
    )


def _import_seconds() -> float:
    started = time.perf_counter()
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", _IMPORT], capture_output=True, check=False
    )
    if done.returncode:
        raise NotStarted(f"python -c '{_IMPORT}' ended with {done.returncode}")
    return time.perf_counter() - started


def forwarding(stage: Stage) -> Line:
    """What it costs that signals are forwarded to a Redis stream."""
    sizes = stage.sizes
    what = f"time of a message with forwarding / without, {sizes.pairs} pairs in turn"
    variants = [
        Variant(
            f"on Redis, forwarding {value}",
            redis=True,
            settings={"JINGZHONG_FORWARD_SIGNALS": value},
        )
        for value in ("false", "true")
    ]
    times: dict[str, list[float]] = {"without": [], "with": []}
    records: dict[str, list[Record]] = {"without": [], "with": []}
    try:
        with stage.products(*variants) as products:
            named = dict(zip(times, products))
            talks = {name: stage.around.workload.conversations("forward") for name in named}
            for product in products:
                warm(stage, product)
            for number in range(sizes.pairs):
                # Who comes first changes, so that neither gains by it.
                for name, product in _turned(named, number):
                    stage.progress(f"forwarding, pair {number + 1}: {name}")
                    record = run(
                        drive(product.address, talks[name], sizes.concurrency, sizes.pair_seconds)
                    )
                    rate = record.rate(sizes.pair_seconds)
                    if rate:
                        times[name].append(1000 / rate)
                    records[name].append(record)
            problems = {name: product.check(records[name]) for name, product in named.items()}
    except NotStarted as error:
        return Line("forwarding", what, "ms", [Cell(REDIS, None, "with", problem=str(error))])
    cells = [
        Cell(REDIS, None, name, problem=f"does not count: {problems[name]}")
        if problems[name]
        else Cell(REDIS, median(times[name]), name)
        for name in times
    ]
    without, with_ = (cell.value for cell in cells)
    goal = Goal("with / without", ratio(with_, without), 1.15, True)
    return Line("forwarding", what, "ms", cells, [goal], {"ms_per_message": times})


def _turned(named: dict[str, Product], number: int) -> list[tuple[str, Product]]:
    pairs = list(named.items())
    return pairs if number % 2 == 0 else pairs[::-1]
