"""Rasa reads its files and keeps its cache relative to the working directory of the process."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def working_in(folder: Path) -> Iterator[None]:
    """Makes a folder the working directory for a while, also when what happens there fails."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
