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


@pytest.mark.parametrize("source", ["{} < in.txt", "cat in.txt | {}"], ids=["file", "pipe"])
def test_a_person_sees_progress_and_the_results_stay_clean(tmp_path: Path, source: str) -> None:
    (tmp_path / "in.txt").write_text(f"{OFFER}\n" * 3000, encoding="utf-8")
    line = source.format(f"{COMMAND} detect > out.jsonl")
    terminal, side = pty.openpty()
    try:
        environment = {**os.environ, "JINGZHONG_HOME": str(tmp_path / "home")}
        command = subprocess.Popen(line, shell=True, cwd=tmp_path, stderr=side, env=environment)
        os.close(side)
        shown = b"".join(iter(lambda: _read(terminal), b""))
        assert command.wait() == 0
    finally:
        os.close(terminal)
    assert b"messages" in shown
    lines = (tmp_path / "out.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 3000
    assert all(line.startswith("{") for line in lines)


def _read(terminal: int) -> bytes:
    """What was written to the terminal; nothing when nobody can write to it any more."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
