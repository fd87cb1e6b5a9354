"""Keeps the terminal for what concerns its reader; imported before Rasa and TensorFlow."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from types import TracebackType
from typing import Optional

_NOISY = (
    "tensorflow",
    "absl",
    "rasa",
    "sanic",
    "apscheduler",
    "matplotlib",
    "asyncio",
    "httpx",
    "numba",
)


_ErrorInfo = tuple[type[BaseException], BaseException, Optional[TracebackType]]


class WordlessFormatter(logging.Formatter):
    """Formats errors by their kinds and places, without their words: those may quote the user."""

    def formatException(self, ei: _ErrorInfo | tuple[None, None, None]) -> str:  # noqa: N802
        """The chain of errors, the last one first, each with the lines of code it went through."""
        lines = []
        error = ei[1]
        while error is not None:
            lines.append(type(error).__qualname__)
            lines.extend(line.rstrip("\n") for line in traceback.format_tb(error.__traceback__))
            hidden = None if error.__suppress_context__ else error.__context__
            error = error.__cause__ or hidden
        return "\n".join(lines)


def quiet() -> None:
    """Turns off telemetry, deprecation notices of libraries and every log that could hold user text.

    Rasa writes the user's words into its DEBUG and INFO lines, so only its warnings are let through, and
    structlog is bound to the same level. Values that the environment sets already are kept.
    """
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    os.environ.setdefault("LOG_LEVEL", "ERROR")  # also silences Rasa's progress bars
    warnings.filterwarnings("ignore")
    # Libraries put filters of their own before ours when they are imported; the log stays silent.
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").setLevel(logging.CRITICAL)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WordlessFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


def quiet_structlog() -> None:
    """Binds Rasa's structured log to errors; without this it prints user text at DEBUG."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
