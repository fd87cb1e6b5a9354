"""The stock Rasa assistant of ``tests/benchmarks/stock``: trained once, then served as Rasa serves it."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import islice
from pathlib import Path

from bot.bench.client import Address
from bot.bench.load import Record, drive, run
from bot.bench.processes import LOOPBACK, NotStarted, Process, free_port
from bot.bench.service import Service, unanswered
from bot.bench.workload import Workload
from bot.settings import ROOT

PROJECT = ROOT / "tests" / "benchmarks" / "stock"
TRAINING_SECONDS = 3600
START_SECONDS = 300
_RASA = Path(sys.executable).parent / "rasa"
_MODEL = "stock.tar.gz"
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "WARNING",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}


def trained_project(cache: Path, progress: Callable[[str], None]) -> Path:
    """A copy of the project in ``cache`` with its model, trained now if it has changed.

    Raises:
        NotStarted: when it cannot be trained.
    """
    if importlib.util.find_spec("jieba") is None:
        raise NotStarted("the stock assistant needs jieba; install it with: make setup")
    folder = cache / f"stock-{_fingerprint()}"
    if (folder / "models" / _MODEL).is_file():
        return folder
    for older in cache.glob("stock-*"):
        shutil.rmtree(older)
    unfinished = cache / "stock-unfinished"
    shutil.copytree(PROJECT, unfinished, ignore=shutil.ignore_patterns("__pycache__"))
    progress("training the stock assistant (two to five minutes, then kept)")
    command = [str(_RASA), "train", "--quiet", "--fixed-model-name", "stock"]
    environment = {**_QUIET, "STOCK_ACTION_PORT": "1"}
    training = Process("rasa train", command, unfinished / "train.log", environment, unfinished)
    try:
        _wait_for_model(training, unfinished / "models" / _MODEL)
    finally:
        training.stop()
    os.replace(unfinished, folder)
    return folder


def _wait_for_model(training: Process, model: Path) -> None:
    deadline = time.perf_counter() + TRAINING_SECONDS
    while time.perf_counter() < deadline:
        if training.ended():
            if model.is_file():
                return
            training.check()
        time.sleep(0.2)
    raise NotStarted(f"rasa train took more than {TRAINING_SECONDS} seconds")


def _fingerprint() -> str:
    digest = hashlib.sha256(f"rasa {version('rasa')}".encode())
    for path in sorted(PROJECT.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.relative_to(PROJECT).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Stock(Service):
    """``rasa run`` and ``rasa run actions`` side by side."""

    def __init__(self, project: Path, workload: Workload, logs: Path) -> None:
        """Starts both and asks a first time; ``logs`` is a folder that must not exist.

        Raises:
            NotStarted: when one of them does not serve.
        """
        logs.mkdir(parents=True)
        actions = Address(LOOPBACK, free_port())
        self.address = Address(LOOPBACK, free_port())
        self._processes: list[Process] = []
        try:
            self._run(project, logs, "actions", "actions", "--port", str(actions.port))
            self._run(
                project,
                logs,
                "server",
                *("--interface", LOOPBACK),
                *("--port", str(self.address.port)),
                *("--model", f"models/{_MODEL}"),
                actions=actions,
            )
            for process, address in zip(self._processes, (actions, self.address)):
                process.wait_for_port(address, START_SECONDS)
            self._ask_first(workload)
        except BaseException:
            self.stop()
            raise

    def _run(
        self, project: Path, logs: Path, name: str, *words: str, actions: Address | None = None
    ) -> None:
        # Rasa's action server listens on all addresses unless this says where.
        environment = {**_QUIET, "SANIC_HOST": LOOPBACK}
        if actions is not None:
            environment["STOCK_ACTION_PORT"] = str(actions.port)
        command = [str(_RASA), "run", *words, "--quiet"]
        self._processes.append(
            Process(f"the stock {name}", command, logs / name, environment, project)
        )

    def _ask_first(self, workload: Workload) -> None:
        first = run(drive(self.address, islice(workload.conversations("first", turns=1), 1), 1))
        self.first_answer = time.perf_counter() - self._processes[-1].started
        problem = unanswered([first])
        if problem:
            raise NotStarted(f"the stock assistant answers wrongly: {problem}")

    def check(self, records: Sequence[Record]) -> str | None:
        """See :meth:`Service.check`; it writes no signals."""
        if any(process.ended() for process in self._processes):
            return "it has ended"
        return unanswered(records)

    def memory(self) -> float:
        """See :meth:`Service.memory`."""
        return sum(process.memory() for process in self._processes)

    def cpu(self) -> float:
        """See :meth:`Service.cpu`."""
        return sum(process.cpu() for process in self._processes)

    def stop(self) -> None:
        """Ends both."""
        for process in self._processes:
            process.stop()
