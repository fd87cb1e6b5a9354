"""The command as people run it: a pipe in, a pipe out, a terminal for the bar."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.conftest import COMMAND

OFFER = "有人说交三千就能帮我把征信洗白"


@pytest.fixture(autouse=True)
def trained(model: Path) -> None:
    """The command finds a trained model."""


def detect(lines: bytes, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Runs ``jingzhong detect`` with bytes on standard input."""
    command = [str(COMMAND), "detect", *arguments]
    return subprocess.run(command, input=lines, capture_output=True, cwd=ROOT, check=True)


def test_every_line_in_gives_one_line_out_in_order() -> None:
    lines = [OFFER, "", json.dumps({"text": "你好"}), '{"text": 7}', "{broken", "账单几号出"]
    done = detect("\n".join(lines).encode() + b"\n")
    found = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [line.get("text") for line in found] == [OFFER, None, "你好", None, None, "账单几号出"]
    assert [bool(line.get("error")) for line in found] == [False, True, False, True, True, False]
    assert found[0]["threats"][0]["code"] == "credit_repair"
    assert done.stderr == b""


def test_the_same_messages_always_give_the_same_analysis() -> None:
    lines = f"{OFFER}\n他又打来了\n我不想活了\n".encode()
    assert detect(lines).stdout == detect(lines).stdout


def test_one_message_is_explained_with_its_evidence() -> None:
    shown = detect(b"", f"{OFFER}，气死我了！！").stdout.decode()
    assert "credit_repair" in shown
    assert "3000" in shown
    assert "angry" in shown


@pytest.mark.parametrize("size", ["known", "unknown"])
def test_a_person_sees_progress_and_the_results_stay_clean(tmp_path: Path, size: str) -> None:
    messages = f"{OFFER}\n".encode() * 3000
    (tmp_path / "in.txt").write_bytes(messages)
    terminal, side = pty.openpty()
    source = (tmp_path / "in.txt").open("rb") if size == "known" else subprocess.PIPE
    with (tmp_path / "out.jsonl").open("wb") as results:
        command = subprocess.Popen(
            [str(COMMAND), "detect"], stdin=source, stdout=results, stderr=side, cwd=ROOT
        )
    os.close(side)
    if command.stdin:
        command.stdin.write(messages)
        command.stdin.close()
    shown = b""
    while True:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # how a terminal says that nobody writes to it any more
            break
    assert command.wait() == 0
    assert b"messages" in shown
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 3000
    assert all(line.startswith("{") for line in lines)
