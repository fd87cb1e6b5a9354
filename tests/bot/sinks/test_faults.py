"""Receivers fail in all their ways while the service is killed again and again: nothing is lost, nothing is twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from bot.ledger.reading import LedgerView
from tests.bot.redis_server import RedisServer
from tests.bot.sinks.conftest import STREAM
from tests.bot.sinks.webhook_server import SECRET, WebhookServer

SOAK = os.environ.get("JINGZHONG_SOAK") == "1"
KILLS, MESSAGES, RATE = (50, 20_000, 250) if SOAK else (3, 600, 250)
SEED = 20261129
CHILD = Path(__file__).with_name("service_child.py")
# A receiver that refuses by chance refuses a few events many times in 20,000.
SINKS = """
sinks:
  hook: {kind: webhook, url: "%s", secret_env: RISK_WEBHOOK_SECRET, timeout: 1, tries: 20,
         first_pause: 0.05, longest_pause: 1}
  stream: {kind: redis, url_env: STREAM_URL}
  lines: {kind: files, folder: lines, max_megabytes: 1}
  sheet: {kind: files, folder: sheet, format: csv}
"""


class Driver:
    """The service's ledger and forwarders in a process that is killed."""

    def __init__(self, home: Path, hook: WebhookServer, redis: RedisServer) -> None:
        home.mkdir()
        self.home = home
        (home / "sinks.yml").write_text(SINKS % hook.url)
        self._environment = {
            **os.environ,
            "RISK_WEBHOOK_SECRET": SECRET,
            "STREAM_URL": redis.url,
        }
        self.log = home.with_suffix(".log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        """Starts it; it goes on where it was killed."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(CHILD), str(self.home), str(MESSAGES), str(RATE)],
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        return self.process


@pytest.fixture
def hook(tmp_path: Path) -> Iterator[WebhookServer]:
    server = WebhookServer(tmp_path / "hook")
    yield server
    server.kill()


@pytest.fixture
def driver(tmp_path: Path, hook: WebhookServer, redis_server: RedisServer) -> Iterator[Driver]:
    driver = Driver(tmp_path / "home", hook, redis_server)
    yield driver
    if driver.process is not None:
        driver.process.kill()
        driver.process.wait()


def test_nothing_is_lost_or_twice_while_receivers_fail_and_the_service_is_killed(
    driver: Driver, hook: WebhookServer, redis_server: RedisServer
) -> None:
    chance = random.Random(SEED)
    hook.behave(f"mixed:{SEED}")
    recorded = 0
    for kill in range(KILLS):
        process = driver.start()
        target = MESSAGES * (kill + 1) // (KILLS + 1)
        deadline = time.monotonic() + 120
        while recorded < target:  # so that the kills are spread over all messages
            assert process.poll() is None, driver.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(chance.uniform(0.02, 0.2))
            recorded = LedgerView.at(driver.home).count()
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
        if kill % 5 == 1:
            hook.kill()
            hook.start()
        if kill % 5 == 2:
            redis_server.restart()
    process = driver.start()
    time.sleep(1)
    hook.behave("ok")
    assert process.wait(300) == 0, driver.log.read_text()

    expected = [stored.event for stored in LedgerView.at(driver.home).iterate()]
    assert len(expected) == MESSAGES
    with Redis.from_url(redis_server.url, decode_responses=True) as redis:
        entries: Any = redis.xrange(STREAM)
    streamed = [json.loads(fields["event"]) for _, fields in entries]
    files = sorted((driver.home / "lines").iterdir())
    written = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    sheets = sorted((driver.home / "sheet").iterdir())
    rows = [row.split(",")[0] for file in sheets for row in file.read_text().splitlines()[1:]]

    # Redis and the files recognise by themselves what comes again; the webhook's consumer does.
    assert streamed == written == expected
    assert rows == [event["id"] for event in expected]
    kept = hook.events()
    assert sorted(map(_id, kept)) == sorted(map(_id, expected))
    assert _by_contact(kept) == _by_contact(expected)


def _id(event: dict[str, Any]) -> str:
    return str(event["id"])


def _by_contact(events: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    lanes = defaultdict(list)
    for event in events:
        lanes[event.get("subject", event["id"])].append(event["id"])
    return lanes
