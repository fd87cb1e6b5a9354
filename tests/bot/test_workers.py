"""``jingzhong run --workers``: processes behind one address share the work and the metrics, and end together."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.settings import ROOT
from tests.bot.conftest import Ended
from tests.bot.processes import STOP_SECONDS, children_of, runs, until
from tests.bot.redis_server import RedisServer
from tests.conftest import COMMAND, RunningService

WEBHOOK = "/webhooks/rest/webhook"


class Together(RunningService):
    """A real ``jingzhong run --workers 2``."""

    def _start(self) -> subprocess.Popen[bytes]:
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(COMMAND), "run", "--workers", "2"],
                env=self.environment,
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )

    def children(self) -> list[int]:
        """The processes that serve now."""
        return children_of(self.process.pid)

    def metrics(self, client: httpx.Client) -> dict[str, float]:
        """All figures as one of the processes tells them."""
        lines = client.get("/metrics").text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@contextlib.contextmanager
def started(folder: Path, redis: RedisServer) -> Iterator[Together]:
    temporary = folder / "tmp"
    temporary.mkdir()
    running = Together(folder / "home", JINGZHONG_REDIS_URL=redis.url, TMPDIR=str(temporary))
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.fixture(scope="module")
def lasting(
    model: Path, redis: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Together]:
    """Two processes for the tests that leave two."""
    with started(tmp_path_factory.mktemp("lasting"), redis) as running:
        yield running


@pytest.fixture
def together(model: Path, redis: RedisServer, tmp_path: Path) -> Iterator[Together]:
    """Two processes for a test that ends them."""
    with started(tmp_path, redis) as running:
        yield running


@contextlib.contextmanager
def connections(base_url: str, count: int) -> Iterator[list[httpx.Client]]:
    """Clients with a connection of its own each, which stays."""
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(httpx.Client(base_url=base_url, timeout=30, trust_env=False))
            for _ in range(count)
        ]


def say(client: httpx.Client, sender: str | None = None) -> httpx.Response:
    body = {"sender": sender or uuid.uuid4().hex, "message": "您好"}
    return client.post(WEBHOOK, json=body)


def messages(running: Together, clients: list[httpx.Client]) -> set[float]:
    """The messages taken, as the processes behind these connections tell it."""
    name = 'jingzhong_messages_total{channel="rest"}'
    return {running.metrics(client).get(name, 0) for client in clients}


def connections_of(pid: int, base_url: str) -> int:
    """The connections to the service's port that one of its processes has taken."""
    port = f":{int(base_url.rsplit(':', 1)[1]):04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()]
    taken = {row[9] for row in rows if row[1].endswith(port) and row[3] == "01"}  # established
    held = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            held.add(os.readlink(descriptor).removeprefix("socket:[").removesuffix("]"))
    return len(taken & held)


def test_two_processes_share_the_connections_and_their_metrics_add_up_also_over_a_death(
    lasting: Together,
) -> None:
    children = lasting.children()
    assert len(children) == 2
    with connections(lasting.base_url, 32) as clients:
        said = messages(lasting, clients[:1]).pop()
        assert {say(client).status_code for client in clients} == {200}
        taken = [connections_of(pid, lasting.base_url) for pid in children]
        assert sum(taken) == 32
        assert min(taken) >= 4, taken
        assert messages(lasting, clients) == {said + 32}

    os.kill(children[0], signal.SIGKILL)
    until(lambda: len(lasting.children()) == 2 and children[0] not in lasting.children())
    with connections(lasting.base_url, 32) as clients:
        assert {say(client).status_code for client in clients} == {200}
        assert messages(lasting, clients) == {said + 64}
        assert lasting.metrics(clients[0])["jingzhong_turns_in_progress"] == 0
    log = lasting.log.read_text()
    assert len(re.findall("ready on", log)) == 1
    assert re.search(r"ready on http://\S+:\d+  \(Ctrl-C stops\), 2 processes\n", log)
    assert f"process {children[0]} ended (SIGKILL); starting another" in log


def test_the_address_keeps_answering_while_a_killed_process_is_replaced(
    lasting: Together,
) -> None:
    stop, answers, broken = threading.Event(), [], []

    def ask() -> None:
        while not stop.is_set():
            try:
                with connections(lasting.base_url, 1) as (client,):
                    answers.append(say(client).status_code)
            except httpx.TransportError as error:
                broken.append(error)

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    before = lasting.children()
    os.kill(before[1], signal.SIGKILL)
    until(lambda: len(lasting.children()) == 2 and before[1] not in lasting.children())
    count = len(answers)
    until(lambda: len(answers) > count + 40)
    stop.set()
    for thread in asking:
        thread.join()
    assert set(answers) == {200}
    assert len(broken) <= 4  # those that the killed process was answering


def test_a_stop_signal_ends_all_in_time_and_leaves_nothing(
    together: Together, tmp_path: Path
) -> None:
    children = together.children()
    (folder,) = (tmp_path / "tmp").glob("jingzhong-metrics-*")
    assert folder.stat().st_mode & 0o777 == 0o700
    with connections(together.base_url, 8) as clients:
        assert {say(client).status_code for client in clients} == {200}
        before = time.monotonic()
        assert together.stop() == 0
        assert time.monotonic() - before < STOP_SECONDS
    assert not any(map(runs, children))
    assert not folder.exists()
    log = together.log.read_text()
    assert log.endswith("jingzhong: stopped\n")
    assert "Traceback" not in log


def test_when_the_parent_is_killed_the_processes_end_and_free_the_port(
    together: Together, tmp_path: Path
) -> None:
    children = together.children()
    together.stop(signal.SIGKILL)
    until(lambda: not any(map(runs, children)), STOP_SECONDS)
    assert list((tmp_path / "tmp").glob("jingzhong-metrics-*")) == []
    together.environment["JINGZHONG_PORT"] = together.base_url.rsplit(":", 1)[1]
    together.restart()
    with connections(together.base_url, 1) as (client,):
        assert say(client).status_code == 200


def the_line(ended: Ended) -> str:
    assert (ended.code, ended.out) == (2, ""), ended
    (line,) = ended.err.splitlines()
    return line


def test_several_processes_without_redis_are_refused(jingzhong: Callable[..., Ended]) -> None:
    line = the_line(jingzhong("run", "--workers", "2"))
    assert line == (
        "jingzhong: JINGZHONG_REDIS_URL: 2 processes share their state on Redis; "
        "set JINGZHONG_REDIS_URL"
    )


def test_what_is_wrong_is_told_in_one_line_by_several_processes_too(
    jingzhong: Callable[..., Ended], redis: RedisServer, content_copy: Path
) -> None:
    (content_copy / "institution.yml").unlink()
    settings = {"JINGZHONG_REDIS_URL": redis.url, "JINGZHONG_CONTENT": str(content_copy)}
    assert "institution.yml" in the_line(jingzhong("run", "--workers", "2", **settings))


@pytest.mark.parametrize("count", ["0", "65", "two"])
def test_a_count_of_processes_that_makes_no_sense_is_refused(
    jingzhong: Callable[..., Ended], count: str
) -> None:
    ended = jingzhong("run", "--workers", count)
    assert (ended.code, ended.out) == (2, "")
    assert "--workers" in ended.err


def test_nothing_is_left_of_several_processes_that_are_stopped_while_they_load(
    redis: RedisServer, tmp_path: Path
) -> None:
    starting = subprocess.Popen(
        [str(COMMAND), "run", "--workers", "2"],
        env={
            **os.environ,
            "JINGZHONG_HOME": str(tmp_path / "home"),
            "JINGZHONG_PORT": "0",
            "JINGZHONG_REDIS_URL": redis.url,
            "TMPDIR": str(tmp_path),
        },
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert starting.stderr is not None
    assert "loading" in starting.stderr.readline()
    time.sleep(1)
    starting.terminate()
    _, said = starting.communicate(timeout=30)
    assert (starting.returncode, said) == (0, "jingzhong: stopped\n")
    assert list(tmp_path.glob("jingzhong-metrics-*")) == []
