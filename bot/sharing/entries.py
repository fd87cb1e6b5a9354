"""What was shared: one entry a contact, each change a version, a retraction the last of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from bot.cases.contacts import ContactKey
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json
from bot.sharing.policy import CLEAR
from bot.sharing.tlp import Tlp

ACTIVE: Final = "active"
DISPUTED: Final = "disputed"
EXPIRED: Final = "expired"
RETRACTED: Final = "retracted"
STATUSES: Final = (ACTIVE, DISPUTED, EXPIRED, RETRACTED)

_DISPUTED_CONFIDENCE: Final = 15

_COLUMNS: Final = (
    "id, kind, value, case_id, tlp, form, basis, codes, confidence, first_seen, last_seen, version, "
    "shared_at, shared_by, modified_at, expires_at, disputed, retracted_at, reason"
)


@dataclass(frozen=True)
class SharedEntry:
    """A contact as the alliance knows it.

    ``form`` is ``clear`` or ``hmac:KEY`` with the id of the alliance's key; ``first_seen`` and ``last_seen``
    are days, since a moment could be laid beside a conversation; ``reason`` is one of the policy's.
    """

    id: str
    key: ContactKey
    case_id: str
    tlp: Tlp
    form: str
    basis: str
    codes: tuple[str, ...]
    confidence: int
    first_seen: date
    last_seen: date
    version: int
    shared_at: datetime
    shared_by: str
    modified_at: datetime
    expires_at: datetime
    disputed: bool = False
    retracted_at: datetime | None = None
    reason: str | None = None

    @property
    def in_clear(self) -> bool:
        """Whether the contact itself leaves, and not its keyed hash."""
        return self.form == CLEAR

    @property
    def stated_confidence(self) -> int:
        """What others are told: less while somebody objects, nothing once it was taken back."""
        if self.retracted_at is not None:
            return 0
        return min(self.confidence, _DISPUTED_CONFIDENCE) if self.disputed else self.confidence

    def status(self, now: datetime) -> str:
        """``active``, ``disputed``, ``expired`` or ``retracted``."""
        if self.retracted_at is not None:
            return RETRACTED
        if self.expires_at <= now:
            return EXPIRED
        return DISPUTED if self.disputed else ACTIVE

    def retracted(self, reason: str, at: datetime) -> SharedEntry:
        """The entry taken back, as its last version."""
        return replace(
            self, version=self.version + 1, modified_at=at, retracted_at=at, reason=reason
        )


@dataclass(frozen=True)
class Withheld:
    """A contact that a person keeps from being shared."""

    key: str
    reason: str
    at: datetime
    actor: str


def all_entries(reader: Reader) -> list[SharedEntry]:
    """Every entry there ever was, the latest change first.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(f"SELECT {_COLUMNS} FROM shares ORDER BY modified_at DESC, id")  # noqa: S608
    return [_entry(row) for row in rows]


def entry(reader: Reader, id: str) -> SharedEntry | None:
    """The entry with that id, if there is one.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(f"SELECT {_COLUMNS} FROM shares WHERE id = ?", (id,))  # noqa: S608
    return _entry(rows[0]) if rows else None


def withheld(reader: Reader) -> list[Withheld]:
    """All contacts that are kept from being shared, the latest first.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows("SELECT key, reason, at, actor FROM share_withheld ORDER BY at DESC, key")
    return [Withheld(key, reason, parse_time(at), actor) for key, reason, at, actor in rows]


def add(connection: sqlite3.Connection, new: SharedEntry) -> bool:
    """Writes a new entry within a unit of the writer; false if the contact is shared already."""
    row = (
        new.id,
        str(new.key),
        new.key.kind,
        new.key.value,
        new.case_id,
        new.tlp.value,
        new.form,
        new.basis,
        *_told(new),
        new.version,
        rfc3339(new.shared_at),
        new.shared_by,
        rfc3339(new.modified_at),
        rfc3339(new.expires_at),
        int(new.disputed),
    )
    added = connection.execute(
        "INSERT INTO shares (id, key, kind, value, case_id, tlp, form, basis, codes, confidence, first_seen, "
        "last_seen, version, shared_at, shared_by, modified_at, expires_at, disputed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        row,
    )
    return added.rowcount > 0


def change(connection: sqlite3.Connection, changed: SharedEntry) -> bool:
    """Writes the next version within a unit of the writer; false if somebody else wrote it first."""
    written = connection.execute(
        "UPDATE shares SET case_id = ?, form = ?, basis = ?, codes = ?, confidence = ?, first_seen = ?, "
        "last_seen = ?, version = ?, modified_at = ?, expires_at = ?, disputed = ?, retracted_at = ?, reason = ? "
        "WHERE id = ? AND version = ? AND retracted_at IS NULL",
        (
            changed.case_id,
            changed.form,
            changed.basis,
            *_told(changed),
            changed.version,
            rfc3339(changed.modified_at),
            rfc3339(changed.expires_at),
            int(changed.disputed),
            rfc3339(changed.retracted_at) if changed.retracted_at else None,
            changed.reason,
            changed.id,
            changed.version - 1,
        ),
    )
    return written.rowcount > 0


def withhold(connection: sqlite3.Connection, kept: Withheld) -> None:
    """Keeps a contact home from now on, within a unit of the writer."""
    connection.execute(
        "INSERT INTO share_withheld (key, reason, at, actor) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (key) DO UPDATE SET reason = excluded.reason, at = excluded.at, actor = excluded.actor",
        (kept.key, kept.reason, rfc3339(kept.at), kept.actor),
    )


def release(connection: sqlite3.Connection, key: str) -> bool:
    """No longer keeps a contact home, within a unit of the writer; false if it was not."""
    gone = connection.execute("DELETE FROM share_withheld WHERE key = ?", (key,))
    return gone.rowcount > 0


def _told(shared: SharedEntry) -> tuple[Any, ...]:
    return (
        to_json(list(shared.codes)),
        shared.confidence,
        shared.first_seen.isoformat(),
        shared.last_seen.isoformat(),
    )


def _entry(row: Sequence[Any]) -> SharedEntry:
    (id, kind, value, case_id, tlp, form, basis, codes, confidence, first, last, version, *rest) = (
        row
    )
    shared_at, shared_by, modified_at, expires_at, disputed, retracted_at, reason = rest
    return SharedEntry(
        id=id,
        key=ContactKey(kind, value),
        case_id=case_id,
        tlp=Tlp(tlp),
        form=form,
        basis=basis,
        codes=tuple(json.loads(codes)),
        confidence=confidence,
        first_seen=date.fromisoformat(first),
        last_seen=date.fromisoformat(last),
        version=version,
        shared_at=parse_time(shared_at),
        shared_by=shared_by,
        modified_at=parse_time(modified_at),
        expires_at=parse_time(expires_at),
        disputed=bool(disputed),
        retracted_at=parse_time(retracted_at) if retracted_at else None,
        reason=reason,
    )
