"""The product as a child process, in all its forms."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from bot.bench.client import Address
from bot.bench.load import Record, drive, run
from bot.bench.processes import NotStarted, Process
from bot.bench.redis_server import RedisServer
from bot.bench.reference import Reference
from bot.bench.service import Service, unanswered
from bot.bench.workload import Workload
from bot.ledger.reading import LedgerView
from bot.settings import ROOT, Settings

START_SECONDS = 240
LEDGER_SECONDS = (
    20  # in which all signals must be in the ledger, where they take a way through Redis
)
COMMAND = Path(sys.executable).parent / "jingzhong"


@dataclass(frozen=True)
class Variant:
    """A form of the product: on a Redis server or not, with how many processes and which settings."""

    name: str
    redis: bool = False
    workers: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """What the product is run with: its settings, what its signals are compared with, its messages.

    ``patience`` is in seconds: how late the last signal may come into the ledger.
    """

    settings: Settings
    reference: Callable[[], Reference]
    workload: Workload
    command: Path = COMMAND
    patience: float = LEDGER_SECONDS


class Product(Service):
    """A running ``jingzhong run`` with a data directory of its own."""

    def __init__(self, variant: Variant, around: Surroundings, folder: Path) -> None:
        """Starts it in ``folder``, which must not exist, and asks it a first time.

        Raises:
            NotStarted: when it, or the Redis that it needs, does not serve.
        """
        folder.mkdir(parents=True)
        self.variant = variant
        self._around = around
        self._home = folder / "home"
        self._seen = 0
        self._redis = RedisServer(folder / "redis") if variant.redis else None
        try:
            self._process = self._start(folder)
            self.address = self._wait()
        except BaseException:
            self.stop()
            raise

    def _start(self, folder: Path) -> Process:
        variant, settings = self.variant, self._around.settings
        command = [str(self._around.command), "run"]
        if variant.workers > 1:
            command += ["--workers", str(variant.workers)]
        environment = {
            "JINGZHONG_HOME": str(self._home),
            "JINGZHONG_PORT": "0",
            "JINGZHONG_CONTENT": str(settings.content.absolute()),
            "JINGZHONG_MODELS": str(settings.models.absolute()),
            **variant.settings,
        }
        if self._redis is not None:
            environment["JINGZHONG_REDIS_URL"] = self._redis.url
        return Process(f"the product ({variant.name})", command, folder / "log", environment, ROOT)

    def _wait(self) -> Address:
        port = self._process.wait_for(r"ready on http://\S+?:(\d+)\s", START_SECONDS)
        address = Address("127.0.0.1", int(port))
        first = run(
            drive(address, islice(self._around.workload.conversations("first", turns=1), 1), 1)
        )
        self.first_answer = time.perf_counter() - self._process.started
        problem = self.check([first])
        if problem:
            raise NotStarted(f"{self._process.name} answers wrongly: {problem}")
        return address

    def check(self, records: Sequence[Record]) -> str | None:
        """See :meth:`Service.check`; compares the new signals in the ledger with those expected."""
        problem = "it has ended" if self._process.ended() else unanswered(records)
        if problem:
            self._seen = self._last()
            return problem
        said = (message for record in records for message in record.said)
        return self._difference(self._around.reference().event_ids(said))

    def _difference(self, expected: Sequence[str]) -> str | None:
        found: list[str] = []
        view = LedgerView.at(self._home)
        deadline = time.perf_counter() + self._around.patience
        while True:
            for event in view.iterate(self._seen):
                found.append(event.id)
                self._seen = event.seq
            if len(found) >= len(expected) or time.perf_counter() > deadline:
                break
            time.sleep(0.2)
        if sorted(found) == sorted(expected):
            return None
        missing, further = set(expected) - set(found), set(found) - set(expected)
        doubled = len(found) - len(set(found))
        return (
            f"of {len(expected)} signals {len(missing)} are missing, "
            f"{len(further)} were not expected and {doubled} came twice"
        )

    def _last(self) -> int:
        latest = LedgerView.at(self._home).latest(1)
        return latest[0].seq if latest else 0

    def memory(self) -> float:
        """See :meth:`Service.memory`."""
        return self._process.memory()

    def cpu(self) -> float:
        """See :meth:`Service.cpu`; without Redis."""
        return self._process.cpu()

    def stop(self) -> None:
        """Ends it and its Redis."""
        if hasattr(self, "_process"):
            self._process.stop()
        if self._redis is not None:
            self._redis.stop()
