"""Progress on standard error, so that standard output stays for results."""

from __future__ import annotations

import sys
import time


def say(line: str) -> None:
    """One line for the person at the terminal."""
    print(f"jingzhong: {line}", file=sys.stderr, flush=True)


class Steps:
    """Names each step of a long piece of work with the seconds since its beginning."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = time.monotonic()
        self._begun = False

    def __call__(self, step: str) -> None:
        """Shows that a step begins."""
        if not self._begun:
            say(f"{self._title} ...")
            self._begun = True
        say(f"  {time.monotonic() - self._started:5.1f} s  {step}")

    def done(self) -> None:
        """Closes the list, if any step was shown."""
        if self._begun:
            say(f"  {time.monotonic() - self._started:5.1f} s  done")
