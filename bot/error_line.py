"""An error in one line for the log, without any word of a user."""

from __future__ import annotations

import traceback
from pathlib import Path

from bot.ledger.errors import LedgerError
from bot.sinks.base import SinkError


def error_line(error: Exception) -> str:
    """The error's own words where they are ours; of a mistake in the program its kind and place alone."""
    if isinstance(error, (SinkError, LedgerError)):
        return " ".join(str(error).split())
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
