# ruff: noqa: S608 - names and conditions of the inventory alone are put into statements
"""Everything that is stored of a borrower, row by row, in words that can be handed to the borrower."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json
from bot.privacy.inventory import PLACES, Fate, Place

TRANSCRIPT: Final = frozenset({"turns", "conversation_turns", "replies"})
"""Places whose rows hold what was said in a conversation."""


@dataclass(frozen=True)
class Record:
    """One row: ``place`` is its table, or what it is on Redis; ``at`` RFC 3339 or empty; ``data`` what it says.

    ``fate`` tells what an erasure would do with it; ``held`` that a hold keeps it now.
    """

    place: str
    kind: str
    at: str
    data: Mapping[str, Any]
    fate: Fate
    held: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form in which programs get it."""
        return {
            "place": self.place,
            "kind": self.kind,
            "at": self.at or None,
            "data": dict(self.data),
            "on_erasure": Fate.KEPT.value if self.held else self.fate.value,
            "held": self.held,
        }


def records_of(reader: Reader, user: Pseudonym, now: datetime) -> list[Record]:
    """All rows of the ledger that speak of a person, place by place, the oldest first; a blocking read.

    Whoever shows them to somebody writes that into the audit.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    whose = {"users": to_json(user.all), "now": rfc3339(now)}
    return [record for place in PLACES for record in _rows(reader, place, whose)]


def _rows(reader: Reader, place: Place, whose: Mapping[str, str]) -> Iterator[Record]:
    for at, is_held, *values in reader.rows(
        f"SELECT {place.time}, {place.held}, {', '.join(place.shows)} FROM {place.table} "
        f"WHERE {place.own} ORDER BY 1",
        whose,
    ):
        data = {name: readable(value) for name, value in zip(place.shows, values)}
        body = data.get("body")
        yield Record(
            place.table,
            place.kind,
            at or "",
            body if isinstance(body, dict) else data,
            place.fate,
            bool(is_held),
        )


def readable(value: Any) -> Any:
    """A stored value, JSON opened."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
