"""A parent with two children that do next to nothing; run by ``test_supervisor.py``.

The first argument says what the child at place 1 does, the one at place 0 always serves. What the parent is told stands on
standard output line by line.
"""

from __future__ import annotations

import os
import signal
import sys
import time

from bot.children import Parent, apart
from bot.settings import SettingsError
from bot.supervisor import GaveUp, Patience, Supervisor

PATIENCE = Patience(quick=60, first_pause=0.01, longest_pause=0.02, deaths=4, end=2)


def show(*words: object) -> None:
    # At once: three processes write into one file.
    os.write(1, f"{' '.join(map(str, words))}\n".encode())


def serve(place: int, parent: Parent) -> None:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    show("child", place, os.getpid())
    parent.tell()
    while True:
        signal.pause()


def linger(place: int, parent: Parent) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    show("child", place, os.getpid())
    parent.tell()
    while True:
        time.sleep(60)


def refuse(place: int, parent: Parent) -> None:
    raise SettingsError("PLACE: taken; set another")


def end(place: int, parent: Parent) -> None:
    os._exit(3)


def fail(place: int, parent: Parent) -> None:
    parent.tell()
    raise ValueError("later")


def load(place: int, parent: Parent) -> None:
    show("child", place, os.getpid())
    time.sleep(60)


def interrupted() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refused() -> None:
    raise SettingsError("APART: empty")


def main(what: str) -> int:
    if what.startswith("apart"):
        try:
            apart({"apart": lambda: show("done"), "apart refused": refused}.get(what, interrupted))
        except (SettingsError, ChildProcessError) as error:
            show(error)
        return 0
    others = {f.__name__: f for f in (serve, linger, refuse, end, fail, load)}
    supervisor = Supervisor(
        lambda place, parent: (others[what] if place else serve)(place, parent),
        2,
        say=lambda line: show("said", line),
        on_ready=lambda: show("ready"),
        on_end=lambda pid: show("ended", pid),
        patience=PATIENCE,
    )
    try:
        supervisor.run()
    except (GaveUp, SettingsError) as error:
        show(type(error).__name__, error)
        return 1
    show("over")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
