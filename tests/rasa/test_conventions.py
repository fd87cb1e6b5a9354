"""Rasa's own commands work on the project as on any other, with the flags that the README names."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bot.ledger.reading import LedgerView
from bot.settings import ROOT
from tests.bot.conftest import clean_environment

pytestmark = pytest.mark.slow

START_SECONDS = 120
THREAT = "有家公司说能帮我停息挂账，收两千定金"
Process = subprocess.Popen[str]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
    return port


def environment(home: Path) -> dict[str, str]:
    """What the README says to set, and the data directory of the test."""
    return clean_environment(
        RASA_TELEMETRY_ENABLED="false", SANIC_HOST="127.0.0.1", JINGZHONG_HOME=str(home)
    )


def rasa(home: Path, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    """One of Rasa's commands that ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "rasa", *arguments],
        env=environment(home),
        cwd=ROOT,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
    )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Callable[..., tuple[str, Path]]]:
    """``served("rasa", ...)``: a server of Rasa's on a free port; its address and its log."""
    running: list[Process] = []

    def serve(module: str, *arguments: str) -> tuple[str, Path]:
        port = free_port()
        log = tmp_path / f"{module}.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments, "-p", str(port)],
                env=environment(tmp_path / "home"),
                cwd=ROOT,
                stdout=output,
                stderr=output,
                text=True,
            )
        running.append(process)
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, log.read_text()[-1000:]
            try:
                httpx.get(url, trust_env=False)
                return url, log
            except httpx.TransportError:
                time.sleep(0.2)
        raise AssertionError(f"{module} did not come up: {log.read_text()[-1000:]}")

    yield serve
    for process in running:
        process.kill()
        process.wait()


def test_rasa_finds_the_data_valid(tmp_path: Path) -> None:
    done = rasa(tmp_path, "data", "validate", "--domain", "actions/domain.yml")
    assert done.returncode == 0, done.stdout[-2000:]
    assert "No story structure conflicts found" in done.stdout
    # One policy answers every intent, so that most are in no story; that is all Rasa may complain of.
    warnings = re.findall("UserWarning: (.*)", done.stdout)
    assert [line for line in warnings if "is not used in any story or rule" not in line] == []


def test_rasa_tests_the_stories_end_to_end(model: Path, tmp_path: Path) -> None:
    done = rasa(
        tmp_path,
        *("test", "core", "--stories", "tests/rasa", "--e2e", "--fail-on-prediction-errors"),
        *("-m", "models/jingzhong.tar.gz", "--out", str(tmp_path / "results")),
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "results" / "failed_test_stories.yml").read_text().startswith("# None")


def test_rasa_shell_explains_a_message(model: Path, tmp_path: Path) -> None:
    done = rasa(tmp_path, "shell", "nlu", "-m", "models/jingzhong.tar.gz", given=f"{THREAT}\n")
    assert '"code": "debt_optimization"' in done.stdout, done.stdout[-2000:]


def test_behind_rasas_own_servers_a_threat_is_warned_of_and_written_once(
    model: Path, tmp_path: Path, served: Callable[..., tuple[str, Path]]
) -> None:
    actions, _ = served("rasa_sdk", "--actions", "actions")
    listed = httpx.get(f"{actions}/actions", trust_env=False).json()
    assert listed == [{"name": "action_answer"}]

    endpoints: dict[str, Any] = yaml.safe_load((ROOT / "bot" / "endpoints.yml").read_text())
    endpoints["action_endpoint"]["url"] = f"{actions}/webhook"
    (tmp_path / "endpoints.yml").write_text(yaml.safe_dump(endpoints))
    url, log = served(
        "rasa",
        *("run", "--endpoints", str(tmp_path / "endpoints.yml")),
        *("--credentials", "bot/credentials.yml", "--interface", "127.0.0.1"),
        *("-m", "models/jingzhong.tar.gz"),
    )
    body = {"sender": "a", "message": f"/{THREAT}", "message_id": uuid.uuid4().hex}
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        answer = client.post("/webhooks/rest/webhook", json=body)
        assert answer.status_code == 200, answer.text
        assert "400-012-345" in answer.text
        # The gate is ours here too: a repetition is answered alike, a message without a sender is none.
        assert client.post("/webhooks/rest/webhook", json=body).json() == answer.json()
        assert client.post("/webhooks/rest/webhook", json={"message": "好"}).status_code == 400
        assert client.get("/conversations/rest:a/tracker").status_code == 404
        # One conversation goes on over the remote action server.
        body = {"sender": "a", "message": "那他已经收了我2000怎么办", "message_id": "2"}
        assert client.post("/webhooks/rest/webhook", json=body).is_success
    first, second = (stored.event for stored in LedgerView.at(tmp_path / "home").iterate())
    assert (first["data"]["code"], first["data"]["channel"]) == ("debt_optimization", "rest")
    assert (second["data"]["follows"], second["data"]["stage"]) == (first["id"], "paid")
    assert "停息挂账" not in log.read_text()
