"""Product and stock assistant in turn: messages a second, time of one message, cost of a long conversation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from statistics import fmean, median

from bot.bench.client import ConnectionLost, connect
from bot.bench.figures import (
    COLUMNS,
    EMBEDDED,
    REDIS,
    STOCK,
    Cell,
    Goal,
    Line,
    Step,
    percentile,
    ratio,
    written,
)
from bot.bench.load import Record, Speaker, drive, run
from bot.bench.service import Service
from bot.bench.stage import Group, Stage
from bot.bench.steps import profile, totals_of
from bot.bench.workload import Message

UNDER_LOAD, ALONE = "under load", "one at a time"


def warm(stage: Stage, service: Service) -> None:
    """Says what nobody measures."""
    conversations = islice(
        stage.around.workload.conversations("warm"), stage.sizes.warm_conversations
    )
    service.check([run(drive(service.address, conversations, min(8, stage.sizes.concurrency)))])


class SideBySide:
    """Measures the services of ``stage.common()`` in turn, so that all meet the same disturbances."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._group: Group = stage.common()
        self._conversations = {
            column: stage.around.workload.conversations("talk") for column in self._group.services
        }
        self.profile: dict[str, list[Step]] = {}
        for service in self._group.services.values():
            warm(stage, service)

    def throughput(self) -> Line:
        """Messages a second with many conversations at once."""
        sizes = self._stage.sizes
        rates: dict[str, list[float]] = {column: [] for column in self._group.services}
        records: dict[str, list[Record]] = {column: [] for column in self._group.services}
        before = self._totals()
        for column, service in self._rounds("throughput"):
            seconds = sizes.stock_seconds if column == STOCK else sizes.seconds
            record = run(
                drive(service.address, self._conversations[column], sizes.concurrency, seconds)
            )
            rates[column].append(record.rate(seconds))
            records[column].append(record)
        self._keep_profile(UNDER_LOAD, before, records.get(EMBEDDED, []))
        cells = [
            self._group.cell(column, median(rates[column]), service.check(records[column]))
            for column, service in self._group.services.items()
        ]
        cells += self._group.missing()
        return Line(
            "throughput",
            f"messages a second, {sizes.concurrency} conversations at once",
            "1/s",
            cells,
            _beside_stock(cells, {EMBEDDED: 30, REDIS: 12}, at_most=False),
            {"rounds": rates},
        )

    def latency(self) -> Line:
        """The time of one message with nobody else there."""
        records: dict[str, list[Record]] = {column: [] for column in self._group.services}
        before = self._totals()
        for column, service in self._rounds("latency"):
            conversations = islice(
                self._conversations[column], self._stage.sizes.alone_conversations
            )
            records[column].append(run(drive(service.address, conversations, 1)))
        self._keep_profile(ALONE, before, records.get(EMBEDDED, []))
        cells = []
        for column, service in self._group.services.items():
            times = [seconds * 1000 for record in records[column] for seconds in record.seconds]
            middle = median(times) if times else None
            note = f"p99 {written(percentile(times, 0.99))}" if times else ""
            cells.append(self._group.cell(column, middle, service.check(records[column]), note))
        cells += self._group.missing()
        return Line(
            "latency",
            "time of one message, one at a time (median)",
            "ms",
            cells,
            _beside_stock(cells, {EMBEDDED: 1 / 20, REDIS: 1 / 20}, at_most=True),
        )

    def growth(self) -> Line:
        """What a turn late in a conversation costs beside an early one with the same words."""
        sizes = self._stage.sizes
        cells = []
        more = {}
        for column, service in self._group.services.items():
            self._stage.progress(f"growth of one conversation: {column}")
            count = (
                sizes.stock_growth_conversations if column == STOCK else sizes.growth_conversations
            )
            record = Record()
            try:
                early, late = run(self._grow(service, record, count))
            except ConnectionLost as error:
                record.problems[str(error)] += 1
                early = late = []
            problem = service.check([record])
            note = f"{written(median(early))} to {written(median(late))} ms" if early else ""
            value = median(late) / median(early) if early else None
            cells.append(self._group.cell(column, value, problem, note))
            more[column] = {"early_ms": early, "late_ms": late}
        cells += self._group.missing()
        last = sizes.compared_turns - 1
        return Line(
            "growth",
            f"turns {sizes.late_turn}-{sizes.late_turn + last} of one conversation / "
            f"turns {sizes.early_turn}-{sizes.early_turn + last}",
            "x",
            cells,
            [
                Goal(COLUMNS[cell.column], cell.value, 1.3, True)
                for cell in cells
                if cell.column != STOCK
            ],
            more,
        )

    async def _grow(
        self, service: Service, record: Record, count: int
    ) -> tuple[list[float], list[float]]:
        """Milliseconds of early and late turns.

        A young conversation takes its early turns between the late ones of an old one, so that a
        disturbance meets both.
        """
        sizes = self._stage.sizes
        connection = await connect(service.address)
        speaker = Speaker(connection, record)
        early: list[float] = []
        late: list[float] = []
        try:
            for number in range(count):
                old, young = (self._long(f"{age}-{number}") for age in ("old", "young"))
                for message in islice(old, sizes.late_turn - 1):
                    await speaker.say(message)
                for message in islice(young, sizes.early_turn - 1):
                    await speaker.say(message)
                for _ in range(sizes.compared_turns):
                    late.append(await speaker.say(next(old)) * 1000)
                    early.append(await speaker.say(next(young)) * 1000)
        finally:
            connection.close()
        return early, late

    def _long(self, sender: str) -> Iterator[Message]:
        """A conversation without end, whose late turns have the words of the early ones."""
        sizes, workload = self._stage.sizes, self._stage.around.workload
        period = sizes.late_turn - sizes.early_turn
        turn = 0
        while True:
            yield Message(sender, f"{sender}-{turn}", workload.text(turn % period))
            turn += 1

    def _rounds(self, name: str) -> Iterator[tuple[str, Service]]:
        for number in range(self._stage.sizes.rounds):
            for column, service in self._group.services.items():
                self._stage.progress(f"{name}, round {number + 1}: {column}")
                yield column, service

    def _totals(self) -> dict[str, tuple[float, float]]:
        service = self._group.services.get(EMBEDDED)
        return dict(totals_of(service.address)) if service else {}

    def _keep_profile(
        self, load: str, before: dict[str, tuple[float, float]], records: list[Record]
    ) -> None:
        times = [seconds for record in records for seconds in record.seconds]
        if times:
            self.profile[load] = profile(before, self._totals(), len(times), fmean(times))


def _beside_stock(cells: Sequence[Cell], bounds: Mapping[str, float], at_most: bool) -> list[Goal]:
    """What is wanted of the columns that were to be measured, if the stock assistant was."""
    values = {cell.column: cell.value for cell in cells}
    if STOCK not in values:
        return []
    return [
        Goal(f"{COLUMNS[column]} / stock", ratio(values[column], values[STOCK]), bound, at_most)
        for column, bound in bounds.items()
        if column in values
    ]
