"""Several processes behind one address: they share the work, replace each other and end together."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from bot.settings import ROOT
from tests.bot.conftest import Ended
from tests.bot.redis_server import RedisServer
from tests.conftest import COMMAND, RunningService

WEBHOOK = "/webhooks/rest/webhook"
STOP_SECONDS = 6
WAIT_SECONDS = 20


def until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    last = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < last, "it did not come to that in time"
        time.sleep(0.02)


def runs(pid: int) -> bool:
    """Whether a process is there and more than the remains that nobody has asked for yet."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def children_of(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted(child for child in map(int, found) if runs(child))


class Small:
    """A supervisor in a process of its own whose children do next to nothing."""

    def __init__(self, folder: Path, what: str) -> None:
        self._log = folder / "log"
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "tests/bot/supervised_parent.py", what],
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def lines(self, beginning: str = "") -> list[str]:
        """What it has told so far, whole lines."""
        lines = self._log.read_text().split("\n")[:-1]
        return [line for line in lines if line.startswith(beginning)]

    def ready(self) -> Small:
        until(lambda: self.lines("ready") == ["ready"])
        return self

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(WAIT_SECONDS)


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Callable[[str], Small]]:
    started: list[Small] = []

    def begin(what: str) -> Small:
        started.append(Small(tmp_path, what))
        return started[-1]

    yield begin
    for one in started:
        one.process.kill()
        one.process.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_the_children_and_then_the_parent(
    small: Callable[[str], Small], how: signal.Signals
) -> None:
    parent = small("serve").ready()
    children = children_of(parent.process.pid)
    assert len(children) == 2
    assert parent.stop(how) == 0
    assert sorted(parent.lines("ended")) == sorted(f"ended {pid}" for pid in children)
    assert parent.lines()[-1] == "over"
    assert parent.lines("said") == []


def test_a_child_that_does_not_end_is_killed(small: Callable[[str], Small]) -> None:
    parent = small("linger").ready()
    children = children_of(parent.process.pid)
    assert parent.stop() == 0
    assert [pid for pid in children if runs(pid)] == []
    assert len(parent.lines("ended")) == 2


def test_a_child_that_is_still_loading_ends_at_once(small: Callable[[str], Small]) -> None:
    parent = small("load")
    until(lambda: len(parent.lines("child")) == 2)
    before = time.monotonic()
    assert parent.stop() == 0
    assert time.monotonic() - before < 2  # its patience with those that do not end
    assert parent.lines("ready") == []


def test_a_child_that_died_is_replaced_in_its_place_and_ready_is_told_once(
    small: Callable[[str], Small],
) -> None:
    parent = small("serve").ready()
    before = children_of(parent.process.pid)
    os.kill(before[0], signal.SIGKILL)
    until(lambda: len(parent.lines("child")) == 3)
    until(lambda: len(children_of(parent.process.pid)) == 2)
    assert parent.lines("ended") == [f"ended {before[0]}"]
    assert parent.lines("said") == [f"said process {before[0]} ended (SIGKILL); starting another"]
    (place,) = (line.split()[1] for line in parent.lines("child") if line.endswith(f" {before[0]}"))
    assert parent.lines("child")[-1].split()[1] == place
    assert parent.stop() == 0
    assert parent.lines("ready") == ["ready"]


def test_it_gives_up_when_a_child_ends_at_its_start_again_and_again(
    small: Callable[[str], Small],
) -> None:
    parent = small("end")
    assert parent.process.wait(WAIT_SECONDS) == 1
    assert len(parent.lines("said")) == 4  # as often as its patience allows
    assert parent.lines()[-1].startswith("GaveUp a process ended soon after its start 5 times")
    assert "exit code 3" in parent.lines()[-1]
    assert len(parent.lines("ended")) == 6  # the other child was ended as well


def test_an_error_of_a_child_before_all_were_ready_is_raised_in_the_parent(
    small: Callable[[str], Small],
) -> None:
    parent = small("refuse")
    assert parent.process.wait(WAIT_SECONDS) == 1
    assert parent.lines()[-1] == "SettingsError PLACE: taken; set another"
    assert len(parent.lines("ended")) == 2


def test_an_error_of_a_child_after_it_was_ready_is_logged_and_it_is_replaced(
    small: Callable[[str], Small],
) -> None:
    parent = small("fail")
    assert parent.process.wait(WAIT_SECONDS) == 1
    assert len(parent.lines("ValueError: later")) == 5
    assert "GaveUp" in parent.lines()[-1]


def test_children_end_when_their_parent_is_killed(small: Callable[[str], Small]) -> None:
    parent = small("serve").ready()
    children = children_of(parent.process.pid)
    parent.stop(signal.SIGKILL)
    until(lambda: not any(map(runs, children)), STOP_SECONDS)


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("apart", "done"),
        ("apart refused", "APART: empty"),
        ("apart interrupted", "a process ended before its work was done (SIGKILL)"),
    ],
)
def test_what_is_done_apart_is_done_or_raised(
    small: Callable[[str], Small], what: str, told: str
) -> None:
    parent = small(what)
    assert parent.process.wait(WAIT_SECONDS) == 0
    assert parent.lines() == [told]


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
