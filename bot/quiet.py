"""Keeps the terminal for what concerns its reader; imported before Rasa and TensorFlow."""

from __future__ import annotations

import logging
import os
import warnings

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
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.ERROR)


def quiet_structlog() -> None:
    """Binds Rasa's structured log to errors; without this it prints user text at DEBUG."""
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)
