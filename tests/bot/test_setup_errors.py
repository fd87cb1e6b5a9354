"""What can be wrong when somebody starts the service: one line that names the cause and the mend."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bot.conftest import Ended, clean_environment
from tests.conftest import COMMAND, RunningService

Run = Callable[..., Ended]
STOP_SECONDS = 5
SECRET = "0123456789abcdef" * 4
PRODUCTION = {
    "JINGZHONG_ENV": "production",
    "JINGZHONG_SECRET": SECRET,
    "JINGZHONG_API_TOKEN": "token-for-tests-only",
}
# Root may write where permissions forbid it; without these capabilities it is like anybody else.
UNPRIVILEGED = (
    ("setpriv", "--bounding-set", "-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
)


def the_line(ended: Ended) -> str:
    """The one line on standard error of a command that refuses to start."""
    assert ended.code == 2, ended
    assert ended.out == ""
    (line,) = ended.err.splitlines()
    assert line.startswith("jingzhong: ")
    return line


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def test_a_port_in_use_is_named_with_what_to_do(jingzhong: Run, taken_port: int) -> None:
    line = the_line(jingzhong("run", JINGZHONG_PORT=str(taken_port)))
    assert f"port {taken_port} is in use" in line
    assert "JINGZHONG_PORT" in line
    assert "set another" in line


def test_a_port_that_another_service_is_only_about_to_use_is_in_use(
    jingzhong: Run, tmp_path: Path
) -> None:
    # The first one holds its port from the beginning, not only when its model is loaded.
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = str(found.getsockname()[1])
    settings = {"JINGZHONG_HOME": str(tmp_path / "first"), "JINGZHONG_PORT": port}
    first = subprocess.Popen(
        [str(COMMAND), "run"], env=clean_environment(**settings), stderr=subprocess.PIPE
    )
    assert first.stderr is not None
    try:
        assert b"loading" in first.stderr.readline()
        assert f"port {port} is in use" in the_line(jingzhong("run", JINGZHONG_PORT=port))
    finally:
        first.kill()
        first.communicate()


@pytest.mark.parametrize("below", ["", "/deeper/still"])
def test_a_file_where_the_data_directory_should_be_is_named(
    jingzhong: Run, tmp_path: Path, below: str
) -> None:
    (tmp_path / "data").write_text("not a folder")
    home = f"{tmp_path / 'data'}{below}"
    line = the_line(jingzhong("run", JINGZHONG_HOME=home))
    assert f"JINGZHONG_HOME: cannot write to {home} (" in line
    assert "name another folder" in line


def test_a_data_directory_without_permission_is_named(jingzhong: Run, tmp_path: Path) -> None:
    home = tmp_path / "locked"
    home.mkdir(mode=0o500)
    line = the_line(jingzhong("run", wrapper=UNPRIVILEGED, JINGZHONG_HOME=str(home)))
    assert f"JINGZHONG_HOME: cannot write to {home} (Permission denied)" in line
    assert "make it writable" in line


@pytest.mark.parametrize(
    ("settings", "cause", "mend"),
    [
        ({"JINGZHONG_HOST": "0.0.0.0"}, "JINGZHONG_HOST: the demo", "127.0.0.1"),
        ({"JINGZHONG_HOST": "192.0.2.1"}, "not on 192.0.2.1", "JINGZHONG_ENV=production"),
        ({"JINGZHONG_PORT": "five"}, "JINGZHONG_PORT", "correct the variable"),
        ({"JINGZHONG_PORT": "70000"}, "JINGZHONG_PORT", "correct the variable"),
        ({"JINGZHONG_ENV": "live"}, "JINGZHONG_ENV", "correct the variable"),
        ({"JINGZHONG_SECRET": " , "}, "JINGZHONG_SECRET: empty", "32 characters"),
    ],
)
def test_a_wrong_setting_is_named(
    jingzhong: Run, settings: dict[str, str], cause: str, mend: str
) -> None:
    line = the_line(jingzhong("run", **settings))
    assert cause in line
    assert mend in line


@pytest.mark.parametrize(
    ("settings", "cause", "mend"),
    [
        ({"JINGZHONG_SECRET": ""}, "JINGZHONG_SECRET: production needs a secret", "32 characters"),
        (
            {"JINGZHONG_SECRET": "demo-secret-do-not-use-in-production"},
            "JINGZHONG_SECRET",
            "openssl rand",
        ),
        ({"JINGZHONG_SECRET": f"{SECRET},short"}, "JINGZHONG_SECRET", "32 characters"),
        ({"JINGZHONG_API_TOKEN": ""}, "JINGZHONG_API_TOKEN", "set a token"),
        ({}, "example institution", "institution.yml"),
        ({"JINGZHONG_HOST": "192.0.2.1"}, "cannot listen on 192.0.2.1", "JINGZHONG_HOST"),
    ],
)
def test_production_refuses_what_only_a_demo_may_have(
    jingzhong: Run, settings: dict[str, str], cause: str, mend: str
) -> None:
    line = the_line(jingzhong("run", **{**PRODUCTION, **settings}))
    assert cause in line
    assert mend in line


BROKEN = [
    ("institution.yml", 'name: "open', "line"),
    ("institution.yml", "- a\n- list\n", "mapping"),
    ("institution.yml", "partners: 5\n", "institution.yml"),
    ("authorities.yml", "authorities:\n- number: [\n", "line"),
    ("authorities.yml", "authorities: 110\n", "wrong form"),
    ("facts.yml", "facts:\n  a:\n\tb: tab\n", "line"),
    ("replies/threats.yml", "responses:\n  utter_x:\n - text: a\n   - b\n", "line"),
    ("page.yml", "strings: {}\nopeners: [a]\n", "'agent' is missing"),
    ("replies/threats.yml", "responses:\n  utter_x: only text\n", "utter_x"),
    ("replies/checks.yml", "responses:\n  utter_greet:\n  - text: a\n", "stands twice"),
]


@pytest.mark.parametrize("command", [("run",), ("content", "check")], ids=" ".join)
@pytest.mark.parametrize(("name", "text", "hint"), BROKEN)
def test_a_broken_content_file_is_named(
    jingzhong: Run,
    content_copy: Path,
    command: tuple[str, ...],
    name: str,
    text: str,
    hint: str,
) -> None:
    (content_copy / name).write_text(text)
    line = the_line(jingzhong(*command, JINGZHONG_CONTENT=str(content_copy)))
    assert name.rpartition("/")[2] in line or str(content_copy) in line
    assert hint in line


def test_content_in_another_encoding_is_named(jingzhong: Run, content_copy: Path) -> None:
    broken = content_copy / "institution.yml"
    broken.write_bytes(broken.read_text().encode("gb18030"))
    assert f"{broken}: cannot be read" in the_line(
        jingzhong("run", JINGZHONG_CONTENT=str(content_copy))
    )


@pytest.mark.parametrize(
    "name", ["institution.yml", "authorities.yml", "page.yml", "replies/ordinary.yml"]
)
def test_a_missing_content_file_is_named(jingzhong: Run, content_copy: Path, name: str) -> None:
    (content_copy / name).unlink()
    line = the_line(jingzhong("run", JINGZHONG_CONTENT=str(content_copy)))
    assert str(content_copy) in line
    assert "missing" in line


@pytest.mark.parametrize("command", [("run",), ("content", "check")], ids=" ".join)
def test_without_a_hotline_nothing_starts(
    jingzhong: Run, content_copy: Path, command: tuple[str, ...]
) -> None:
    institution = content_copy / "institution.yml"
    kept = institution.read_text().split("hotlines:")
    institution.write_text(kept[0] + "hotlines: []\n" + kept[1][kept[1].index("demo_note:") :])
    line = the_line(jingzhong(*command, JINGZHONG_CONTENT=str(content_copy)))
    assert f"{institution}: no hotline" in line
    assert "official number" in line


@pytest.mark.parametrize("arguments", [("train",), ("train", "--force")], ids=" ".join)
def test_who_wants_to_train_while_another_does_waits_and_says_so(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    with (tmp_path / "training.lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        waiting = subprocess.Popen(
            [str(COMMAND), *arguments],
            env=clean_environment(JINGZHONG_MODELS=str(tmp_path)),
            stderr=subprocess.PIPE,
            text=True,
        )
        assert waiting.stderr is not None
        try:
            lines = [waiting.stderr.readline() for _ in range(2)]
        finally:
            waiting.kill()
            waiting.communicate()
    assert "another process is training; waiting for it" in lines[1]


def test_a_models_folder_that_cannot_be_written_is_named(jingzhong: Run, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("not a folder")
    ended = jingzhong("train", "--force", JINGZHONG_MODELS=str(tmp_path / "models"))
    assert ended.code == 1
    (line,) = ended.err.splitlines()
    assert f"jingzhong: cannot write to {tmp_path / 'models'} (" in line
    assert "make it writable" in line


def open_connections(port: int) -> list[socket.socket]:
    """What a stopping service may still hold: an idle page, half a request, a chat by WebSocket."""
    requests = (
        "GET /health HTTP/1.1\r\nHost: x\r\n\r\n",
        'POST /webhooks/rest/webhook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"sen',
        "GET /webhooks/chat/ws?session=0123456789abcdef0123456789abcdef HTTP/1.1\r\nHost: x\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
    )
    connections = []
    for request, answer in zip(requests, (b" 200 ", b"", b" 101 ")):
        connections.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        connections[-1].sendall(request.encode())
        if answer:
            assert answer in connections[-1].recv(200)
    return connections


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_with_open_connections_is_clean_and_quick(
    start: Callable[..., RunningService], tmp_path: Path, how: signal.Signals
) -> None:
    running = start(tmp_path)
    connections = open_connections(int(running.base_url.rpartition(":")[2]))
    before = time.monotonic()
    code = running.stop(how)
    assert time.monotonic() - before < STOP_SECONDS
    assert code == 0
    said = running.log.read_text().splitlines()
    assert [line for line in said if not line.startswith("jingzhong: ")] == []
    assert said[-1] == "jingzhong: stopped"
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_start_can_be_stopped(model: Path, tmp_path: Path, how: signal.Signals) -> None:
    starting = subprocess.Popen(
        [str(COMMAND), "run"],
        env=clean_environment(JINGZHONG_HOME=str(tmp_path), JINGZHONG_PORT="0"),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert starting.stderr is not None
    assert "loading" in starting.stderr.readline()
    time.sleep(2)  # in the middle of importing, where an exception can be swallowed
    before = time.monotonic()
    starting.send_signal(how)
    _, said = starting.communicate(timeout=30)
    assert time.monotonic() - before < STOP_SECONDS
    assert (starting.returncode, said) == (0, "jingzhong: stopped\n")
