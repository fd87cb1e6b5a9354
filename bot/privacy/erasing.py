# ruff: noqa: S608 - names and conditions of the inventory alone are put into statements
"""Takes away what the ledger holds of a borrower, and says what stays."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.hashing import Pseudonym
from bot.ledger.encoding import rfc3339, to_json
from bot.privacy.inventory import PLACES, Fate, Place


@dataclass(frozen=True)
class Erasure:
    """What an erasure did, in rows by table.

    ``removed`` counts those that are gone or emptied; ``held`` those that stay because somebody outside relies on
    them, which the user must be told; ``kept`` those that stay as the reply to an erasure says: signals, which speak
    of the suspicious contact, until their term ends, and records of what was done.
    """

    removed: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)
    kept: Mapping[str, int] = field(default_factory=dict)

    @property
    def replies(self) -> int:
        """How many answers were removed."""
        return self.removed.get("replies", 0)

    @property
    def events_kept(self) -> int:
        """How many signals stay."""
        return self.kept.get("events", 0)


def forget(connection: sqlite3.Connection, user: Pseudonym, now: datetime) -> Erasure:
    """Erases a borrower within a unit of the ledger's writer; spares what is under a hold at ``now``.

    The record of the user itself is the matter of :class:`bot.users.UserStore`, which may keep it elsewhere.
    """
    whose = {"users": to_json(user.all), "now": rfc3339(now)}
    removed: dict[str, int] = {}
    spared: dict[str, int] = {}
    kept: dict[str, int] = {}
    for place in PLACES:
        counts = kept if place.fate is Fate.KEPT else spared
        condition = place.own if place.fate is Fate.KEPT else f"({place.own}) AND {place.held}"
        if place.fate is Fate.KEPT or place.held != "0":
            counts[place.table] = _count(connection, place, condition, whose)
        if place.fate is Fate.REMOVED or place.emptied:
            removed[place.table] = _take_away(connection, place, whose)
    return Erasure(_some(removed), _some(spared), _some(kept))


def _count(
    connection: sqlite3.Connection, place: Place, condition: str, whose: Mapping[str, str]
) -> int:
    sql = f"SELECT count(*) FROM {place.table} WHERE {condition}"
    return int(connection.execute(sql, dict(whose)).fetchone()[0])


def _take_away(connection: sqlite3.Connection, place: Place, whose: Mapping[str, str]) -> int:
    mine = f"WHERE ({place.own}) AND NOT ({place.held})"
    if place.fate is Fate.REMOVED:
        return connection.execute(f"DELETE FROM {place.table} {mine}", dict(whose)).rowcount
    values = ", ".join(f"{column} = :to_{column}" for column in place.emptied)
    given = {f"to_{column}": value for column, value in place.emptied.items()}
    return connection.execute(
        f"UPDATE {place.table} SET {values} {mine}", {**whose, **given}
    ).rowcount


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {table: n for table, n in counts.items() if n}
