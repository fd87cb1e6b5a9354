"""Real parts for all tests: the trained model, a ledger on disk, the agent, a running service."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from bot.quiet import quiet

quiet()

from bot.assistant.agent import AssistantAgent  # noqa: E402 - after the noise is off
from bot.gate import Gate  # noqa: E402
from bot.inbound import InboundMessage  # noqa: E402
from bot.quiet import quiet_structlog  # noqa: E402
from bot.recognition import Recogniser, load_recogniser  # noqa: E402
from bot.services import Services, build_services  # noqa: E402
from bot.settings import ROOT, Settings  # noqa: E402
from bot.training import MODEL_NAME  # noqa: E402

SERVICE_START_SECONDS = 240
# How long an example takes tells of the machine and of what else runs on it.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")
COMMAND = Path(sys.executable).parent / "jingzhong"


@dataclass(frozen=True)
class Answer:
    """The reply of one turn: its bubbles, their joined text, and the events it wrote."""

    bubbles: list[dict[str, Any]]
    text: str
    signals: list[dict[str, Any]]


@pytest.fixture(scope="session")
def model() -> Path:
    """The trained model of the checkout, made by the command that users make it with."""
    subprocess.run([str(COMMAND), "train"], check=True, cwd=ROOT)
    quiet_structlog()
    return ROOT / "models" / MODEL_NAME


@pytest.fixture(scope="session")
def recogniser(model: Path) -> Recogniser:
    """The understanding alone."""
    return load_recogniser(model)


@pytest.fixture(scope="session")
def eval_data() -> Path:
    """The folder of development messages; tests that need it skip where it is not named."""
    folder = os.environ.get("JINGZHONG_EVAL_DATA")
    if not folder:
        pytest.skip("JINGZHONG_EVAL_DATA names no folder of development messages")
    return Path(folder)


def make_services(home: Path, **changes: Any) -> Services:
    """Services on a data directory of their own."""
    return build_services(Settings(home=home, **changes))


class Desk:
    """The assistant behind its gate, for tests that talk to it without a network."""

    def __init__(self, services: Services, model: Path, channel: str = "test") -> None:
        self.services = services
        self.channel = channel
        self.agent = AssistantAgent(services)
        self.agent.load_model(model)
        self.gate = Gate(services)
        self.loop = asyncio.new_event_loop()

    def say(self, conversation: str, text: str, message_id: str | None = None) -> Answer:
        """One message through the gate."""
        before = self._last()
        message = InboundMessage(
            self.channel,
            conversation,
            conversation,
            message_id or uuid.uuid4().hex,
            text,
            datetime.now(timezone.utc),
        )
        bubbles = self.loop.run_until_complete(self.gate.handle(message, self.agent.handle_message))
        events = [stored.event for stored in self.services.ledger.events(after=before)]
        return Answer(bubbles, "\n".join(bubble.get("text", "") for bubble in bubbles), events)

    def _last(self) -> int:
        latest = self.services.ledger.latest(1)
        return latest[0].seq if latest else 0

    def close(self) -> None:
        """Closes the ledger and the loop."""
        self.services.close()
        self.loop.close()


@pytest.fixture(scope="session")
def desk(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One assistant for all tests that only talk."""
    desk = Desk(make_services(tmp_path_factory.mktemp("desk")), model)
    yield desk
    desk.close()


@pytest.fixture
def talk(desk: Desk) -> Callable[[str, str], Answer]:
    """``talk(conversation, text)``: conversations of different tests do not meet."""
    own = uuid.uuid4().hex[:8]
    return lambda conversation, text: desk.say(f"{own}-{conversation}", text)


class RunningService:
    """A real ``jingzhong run`` in a process of its own on a free port."""

    def __init__(self, home: Path, *options: str, **environment: str) -> None:
        self.home = home
        self.options = options
        self.environment = {
            **os.environ,
            "JINGZHONG_HOME": str(home),
            "JINGZHONG_PORT": "0",
            **environment,
        }
        self.log = home / "service.log"
        self.process = self._start()
        self.base_url = self._wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(COMMAND), "run", *self.options],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )

    def _wait(self) -> str:
        for _ in range(SERVICE_START_SECONDS * 10):
            found = re.findall(r"ready on (http://\S+)", self.log.read_text())
            if found:
                return str(found[-1])
            if self.process.poll() is not None:
                raise RuntimeError(f"the service stopped: {self.log.read_text()[-600:]}")
            try:
                self.process.wait(0.1)
            except subprocess.TimeoutExpired:
                continue
        raise RuntimeError("the service did not come up")

    def restart(self) -> None:
        """Starts the service again on the same data directory."""
        self.log.write_text("")
        self.process = self._start()
        self.base_url = self._wait()

    def stop(self, how: int = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end; returns the exit code."""
        self.process.send_signal(how)
        return self.process.wait(15)


@pytest.fixture(scope="session")
def service(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningService]:
    """The service that most tests over HTTP share."""
    running = RunningService(tmp_path_factory.mktemp("service"))
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="session")
def running_service(service: RunningService) -> str:
    """The address of the shared service."""
    return service.base_url
