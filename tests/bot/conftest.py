"""Helps the tests of the service: calls over HTTP, the command line, copies of the content."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from actions.content import CONTENT
from bot.ledger.database import database_path
from bot.settings import ROOT
from tests.conftest import COMMAND, RunningService

ANSWER_SECONDS = 60


class Rest:
    """The REST channel of a running service."""

    def __init__(self, base_url: str) -> None:
        self.client = httpx.Client(base_url=base_url, timeout=ANSWER_SECONDS, trust_env=False)

    def post(self, body: object) -> httpx.Response:
        """Sends anything as JSON."""
        return self.client.post("/webhooks/rest/webhook", json=body)

    def say(self, sender: str, text: str, message_id: str | None = None) -> list[dict[str, Any]]:
        """Sends one message that must be answered."""
        body = {"sender": sender, "message": text}
        answer = self.post(body if message_id is None else {**body, "message_id": message_id})
        assert answer.status_code == 200, answer.text
        bubbles: list[dict[str, Any]] = answer.json()
        return bubbles

    def parse(self, text: str) -> dict[str, Any]:
        """What the understanding makes of a text."""
        answer = self.client.post("/model/parse", json={"text": text})
        assert answer.status_code == 200, answer.text
        parsed: dict[str, Any] = answer.json()
        return parsed


@pytest.fixture(scope="session")
def rest_of() -> Iterator[Callable[[str], Rest]]:
    """``rest_of(base_url)``: the REST channel of any service."""
    opened: list[Rest] = []

    def connect(base_url: str) -> Rest:
        opened.append(Rest(base_url))
        return opened[-1]

    yield connect
    for rest in opened:
        rest.client.close()


@pytest.fixture(scope="session")
def rest(running_service: str, rest_of: Callable[[str], Rest]) -> Rest:
    """The REST channel of the shared service."""
    return rest_of(running_service)


@pytest.fixture
def ledger_locked(
    service: RunningService, rest: Rest
) -> Callable[[], AbstractContextManager[None]]:
    """``with ledger_locked():`` the shared service cannot write, as with a broken disk.

    Writing fails after the patience of the ledger, five seconds.
    """

    @contextmanager
    def lock() -> Iterator[None]:
        with closing(sqlite3.connect(database_path(service.home))) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
        for _ in range(100):
            if rest.client.get("/health").is_success:
                return
            time.sleep(0.1)
        raise AssertionError("the service does not write again")

    return lock


@pytest.fixture
def start(model: Path) -> Iterator[Callable[..., RunningService]]:
    """``start(home, *options, **environment)``: a service of the test's own, ended with it in any case."""
    started: list[RunningService] = []

    def begin(home: Path, *options: str, **environment: str) -> RunningService:
        started.append(RunningService(home, *options, **environment))
        return started[-1]

    yield begin
    for running in started:
        if running.process.poll() is None:
            running.stop()


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


# What bot.quiet sets in the process of the tests; a terminal of a user has none of it.
_QUIET = frozenset(
    "RASA_TELEMETRY_ENABLED TF_CPP_MIN_LOG_LEVEL CUDA_VISIBLE_DEVICES"
    " SQLALCHEMY_SILENCE_UBER_WARNING PYTHONWARNINGS LOG_LEVEL".split()
)


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment of a user's terminal with these settings and none of the tester's own."""
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("JINGZHONG_") and key not in _QUIET
    }
    return {**inherited, **settings}


@pytest.fixture
def jingzhong(tmp_path: Path) -> Callable[..., Ended]:
    """``jingzhong("run", JINGZHONG_PORT="1", ...)``: a real process that must end by itself."""

    def run(*arguments: str, wrapper: tuple[str, ...] = (), **settings: str) -> Ended:
        home = {"JINGZHONG_HOME": str(tmp_path / "home"), "JINGZHONG_PORT": "0"}
        done = subprocess.run(
            [*wrapper, str(COMMAND), *arguments],
            env=clean_environment(**{**home, **settings}),
            capture_output=True,
            text=True,
            timeout=60,
            cwd=ROOT,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def content_copy(tmp_path: Path) -> Path:
    """A copy of the shipped content to break."""
    return Path(shutil.copytree(CONTENT, tmp_path / "content"))
