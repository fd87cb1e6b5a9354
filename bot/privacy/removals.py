"""What was removed because it had grown too old: counts only, written with the removal itself."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from actions.facts import BEIJING
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339


@dataclass(frozen=True)
class Standing:
    """Where the removal of a kind stands.

    ``removed`` rows went in the span that was asked for; ``spared`` stayed at the last look although their term had
    ended; ``looked_at`` is ``None`` before the first look.
    """

    removed: int = 0
    spared: int = 0
    looked_at: datetime | None = None


def count_removed(connection: sqlite3.Connection, kind: str, rows: int, at: datetime) -> None:
    """Adds to the count of the day, in Beijing, within the transaction that removes the rows."""
    if rows:
        connection.execute(
            "INSERT INTO retention_removed (day, kind, removed) VALUES (?, ?, ?) "
            "ON CONFLICT (day, kind) DO UPDATE SET removed = removed + excluded.removed",
            (_day(at), kind, rows),
        )


def note_look(connection: sqlite3.Connection, kind: str, spared: int, at: datetime) -> None:
    """Writes down that a kind was looked through, and how many rows had to stay."""
    connection.execute(
        "INSERT INTO retention_state (kind, looked_at, spared) VALUES (?, ?, ?) ON CONFLICT (kind) "
        "DO UPDATE SET looked_at = excluded.looked_at, spared = excluded.spared",
        (kind, rfc3339(at), spared),
    )


def standings(reader: Reader, now: datetime, days: int) -> dict[str, Standing]:
    """Where each kind stands that was ever looked through or removed, with the removals of the last days.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    removed = dict(
        reader.rows(
            "SELECT kind, sum(removed) FROM retention_removed WHERE day > ? GROUP BY kind",
            (_day(now - timedelta(days=days)),),
        )
    )
    looked = {
        kind: (parse_time(at), spared)
        for kind, at, spared in reader.rows("SELECT kind, looked_at, spared FROM retention_state")
    }
    return {
        kind: Standing(
            removed.get(kind, 0),
            looked[kind][1] if kind in looked else 0,
            looked[kind][0] if kind in looked else None,
        )
        for kind in removed.keys() | looked.keys()
    }


def _day(at: datetime) -> str:
    return at.astimezone(BEIJING).date().isoformat()
