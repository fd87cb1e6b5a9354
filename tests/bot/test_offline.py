"""After set-up the product answers with the network cut."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from actions.content import load_content
from bot.ledger.reading import LedgerView
from bot.settings import ROOT
from tests.bot.conftest import clean_environment

CHILD = Path(__file__).with_name("offline_child.py")
NAMESPACE = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--net")
# Read by every Python process that is started with its folder in PYTHONPATH.
REFUSAL = """
import sys

INSIDE = ("127.0.0.1", "::1", "localhost", None, "")

def refuse(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and address[0] not in INSIDE:
            raise PermissionError(f"{event} to the outside")
    if event == "socket.getaddrinfo" and arguments[0] not in INSIDE:
        raise PermissionError("a name of the outside")

sys.addaudithook(refuse)
"""


def namespaces_work() -> bool:
    """Whether this machine lets the tester make a network namespace."""
    try:
        return subprocess.run([*NAMESPACE, "true"], capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture
def refusing(tmp_path: Path) -> dict[str, str]:
    """An environment in which Python reaches the loopback alone."""
    folder = tmp_path / "refusal"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(REFUSAL)
    inherited = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{inherited}" if inherited else str(folder)}


def test_the_service_answers_with_the_network_cut(
    model: Path, tmp_path: Path, refusing: dict[str, str]
) -> None:
    apart = namespaces_work()
    settings = {"JINGZHONG_HOME": str(tmp_path / "home"), "JINGZHONG_PORT": "0"}
    wrapper = (*NAMESPACE, "--") if apart else ()
    child = subprocess.run(
        [*wrapper, sys.executable, str(CHILD), *(["--new-namespace"] if apart else [])],
        env=clean_environment(**settings, **({} if apart else refusing)),
        capture_output=True,
        text=True,
        timeout=240,
        cwd=ROOT,
    )
    assert child.returncode == 0, child.stderr
    report = json.loads(child.stdout)
    # Otherwise nothing was cut and the rest proves nothing.
    assert report["outside"]
    assert report["names"]

    assert report["health"]["status"] == "ok"
    assert "<html" in report["page"]
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", report["page"]) == []
    assert load_content().hotline in "\n".join(bubble["text"] for bubble in report["reply"])
    assert [event.code for event in LedgerView.at(tmp_path / "home").iterate()] == [
        "debt_optimization"
    ]
    assert report["code"] == 0
    said = [line for line in report["said"].splitlines() if not line.startswith("jingzhong: ")]
    assert said == []


def test_where_no_namespace_can_be_made_connections_to_the_outside_are_refused(
    refusing: dict[str, str],
) -> None:
    program = """
import socket
with socket.create_server(("127.0.0.1", 0)) as inside:
    socket.create_connection(inside.getsockname()).close()
for call in (
    lambda: socket.create_connection(("192.0.2.1", 80), timeout=5),
    lambda: socket.getaddrinfo("example.org", 80),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("192.0.2.1", 53)),
):
    try:
        call()
    except PermissionError:
        print("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=clean_environment(**refusing),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.stdout, done.returncode) == ("refused\n" * 3, 0), done.stderr
