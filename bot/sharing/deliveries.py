"""Which recipient got which version of an entry, and the log of all files that left."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339
from bot.sharing.entries import EXPIRED, RETRACTED, SharedEntry
from bot.sharing.sender import Sender
from bot.sharing.tlp import Tlp

MATCH: Final = "match"
"""The ``format`` under which the log keeps an answered matching."""


@dataclass(frozen=True)
class Shipment:
    """One file that left; ``retracted`` of the ``entries`` were taken back, ``sha256`` is that of the file."""

    at: datetime
    actor: str
    format: str
    recipient: str
    tlp: str
    since: str | None
    entries: int
    retracted: int
    basis: str
    sha256: str


@dataclass(frozen=True)
class Choice:
    """Which entries an export takes.

    ``ceiling``: nothing that fewer people may read; ``since``: only what changed on that day or later;
    ``changes_only``: only what the recipient does not have in this version.
    """

    recipient: str
    ceiling: Tlp = Tlp.AMBER_STRICT
    since: date | None = None
    changes_only: bool = False


def delivered(reader: Reader, recipient: str) -> dict[str, int]:
    """By entry, the version that a recipient got last.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(
        "SELECT entry, version FROM share_deliveries WHERE recipient = ?", (recipient,)
    )
    return dict(rows)


def chosen(
    entries: Iterable[SharedEntry],
    choice: Choice,
    got: dict[str, int],
    sender: Sender,
    now: datetime,
) -> list[SharedEntry]:
    """The entries that leave, oldest first.

    What was taken back goes to whoever had got it, and to nobody else: it would tell them of the contact.
    """

    def leaves(entry: SharedEntry) -> bool:
        if not sender.can_express(entry):
            return False
        status, version = entry.status(now), got.get(entry.id, 0)
        if choice.changes_only and version >= entry.version:
            return False
        if choice.since is not None and entry.modified_at.date() < choice.since:
            return False
        if status == RETRACTED:
            return version > 0
        return status != EXPIRED and entry.tlp.rank <= choice.ceiling.rank

    return sorted(filter(leaves, entries), key=lambda entry: (entry.shared_at, entry.id))


def note_shipment(
    connection: sqlite3.Connection, shipment: Shipment, entries: Sequence[SharedEntry]
) -> None:
    """Writes an export into the log, and what its recipient now has, within a unit of the writer."""
    at = rfc3339(shipment.at)
    connection.execute(
        "INSERT INTO share_exports (at, actor, format, recipient, tlp, since, entries, retracted, basis, sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            at,
            shipment.actor,
            shipment.format,
            shipment.recipient,
            shipment.tlp,
            shipment.since,
            shipment.entries,
            shipment.retracted,
            shipment.basis,
            shipment.sha256,
        ),
    )
    connection.executemany(
        "INSERT INTO share_deliveries (recipient, entry, version, at) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (recipient, entry) DO UPDATE SET version = excluded.version, at = excluded.at",
        [(shipment.recipient, entry.id, entry.version, at) for entry in entries],
    )


def shipments(reader: Reader, limit: int = 100) -> list[Shipment]:
    """The files that left, the latest first.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(
        "SELECT at, actor, format, recipient, tlp, since, entries, retracted, basis, sha256 "
        "FROM share_exports ORDER BY seq DESC LIMIT ?",
        (limit,),
    )
    return [Shipment(parse_time(at), *rest) for at, *rest in rows]
