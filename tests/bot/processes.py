"""What tests ask about processes: which run, whose children they are, and waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

STOP_SECONDS = 6
"""Within which all processes of a service have to end."""
WAIT_SECONDS = 20
"""Within which anything has to happen that a test waits for."""


def until(condition: Callable[[], bool], seconds: float = WAIT_SECONDS) -> None:
    """Waits until something is so."""
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
    """The processes that a process has started and that run."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sorted(child for child in map(int, found) if runs(child))
