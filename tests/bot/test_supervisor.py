"""A parent and its children: it starts them, replaces those that die, ends them, and tells what went wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.settings import ROOT
from tests.bot.processes import STOP_SECONDS, WAIT_SECONDS, children_of, runs, until


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
