"""How values are written down: times as RFC 3339 in UTC, everything else as one line of JSON."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import Any

_SURROGATES = re.compile("[\ud800-\udfff]")
# Legal in JSON, yet some readers break lines or obey terminal commands at them.
_CONTROLS = re.compile("[\x7f-\x9f\u2028\u2029]")
_ODD = re.compile(f"{_SURROGATES.pattern}|{_CONTROLS.pattern}")


def storable(text: str) -> str:
    """The text without lone surrogates, which neither UTF-8 nor SQLite can hold."""
    return _SURROGATES.sub("\ufffd", text)


def to_json(value: Any) -> str:
    """One line of JSON, readable Chinese included.

    Raises:
        ValueError: for NaN and infinity.
        TypeError: for what JSON cannot express.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if not _ODD.search(text):
        return text
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", storable(text))


def rfc3339(moment: datetime) -> str:
    """An aware time in UTC, always of the same width, so that texts sort as the times do.

    Raises:
        ValueError: for a time without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time in the ledger needs a time zone")
    utc = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return utc.isoformat(timespec="microseconds") + "Z"


def parse_time(text: str) -> datetime:
    """Reads back what :func:`rfc3339` wrote."""
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc)


def utc_now() -> datetime:
    """The time now, aware and in UTC."""
    return datetime.now(timezone.utc)
