from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from bot.bench.processes import NotStarted, Process

PARENT = """
import subprocess, sys, time
memory = b"x" * 60_000_000
child = subprocess.Popen([sys.executable, "-c", '''
import os, time
end = time.process_time() + 0.5
while time.process_time() < end: pass
print("child", os.getpid(), "ready", flush=True)
time.sleep(60)
'''])
time.sleep(60)
"""


def _start(tmp_path: Path, script: str, **environment: str) -> Process:
    command = [sys.executable, "-c", script]
    return Process("it", command, tmp_path / "log", environment, tmp_path)


def test_memory_and_processor_time_of_children_are_counted(tmp_path: Path) -> None:
    process = _start(tmp_path, PARENT)
    try:
        process.wait_for(r"child (\d+) ready", 20)
        assert process.memory() > 60
        assert process.cpu() >= 0.5
    finally:
        process.stop()


def test_children_end_with_the_process(tmp_path: Path) -> None:
    process = _start(tmp_path, PARENT)
    child = int(process.wait_for(r"child (\d+) ready", 20))
    assert _runs(child)
    process.stop()
    deadline = time.monotonic() + 10
    while _runs(child):
        assert time.monotonic() < deadline, "the child still runs"
        time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False


def test_a_process_that_ends_instead_of_serving_is_told_with_its_last_line(tmp_path: Path) -> None:
    process = _start(tmp_path, "print('all'); raise SystemExit('the port is taken')")
    with pytest.raises(NotStarted, match=r"it ended with 1: the port is taken"):
        process.wait_for("ready (.*)", 20)


def test_a_program_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotStarted, match="no-such-program"):
        Process("it", ["/no-such-program"], tmp_path / "log", {}, tmp_path)


def test_settings_of_this_process_do_not_reach_what_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JINGZHONG_SECRET", "of the tester")
    script = "import os; print('found', sorted(k for k in os.environ if 'JINGZHONG' in k), '.')"
    process = _start(tmp_path, script, JINGZHONG_PORT="0")
    assert process.wait_for(r"found (.*) \.", 20) == "['JINGZHONG_PORT']"
    process.stop()


def test_a_process_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    script = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('now', 'ready', flush=True); time.sleep(600)"
    )
    process = _start(tmp_path, script)
    process.wait_for("(now ready)", 20)
    process.stop(patience=0.5)
    assert process.ended()
