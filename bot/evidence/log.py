"""The log of evidence packs, which is only added to, and the holds that packs put on what they used."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.audit import Actor, note
from bot.evidence.dossier import Consent, Purpose
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339

MADE, REFUSED = "made", "refused"
NOBODY_AGREED, WITHDRAWN = "nobody_agreed", "withdrawn"
_COLUMNS = "pack, at, actor, case_id, purpose, outcome, reason, contacts_only, reporters, files, size, sha256, signer"


@dataclass(frozen=True)
class Export:
    """One entry: a pack that was made, or one that was refused because nobody agreed or somebody withdrew.

    ``reporters`` counts the borrowers whose words are in it; ``signer`` is the fingerprint of the key.
    """

    pack: str
    at: datetime
    actor: str
    case_id: str
    purpose: Purpose
    outcome: str
    reason: str = ""
    contacts_only: bool = False
    reporters: int = 0
    files: int = 0
    size: int = 0
    sha256: str = ""
    signer: str = ""


@dataclass(frozen=True)
class Hold:
    """What is kept from being erased: ``kind`` says what ``subject`` is, ``reason`` is the id of the pack.

    ``until`` is ``None`` for one that lasts until it is released.
    """

    kind: str
    subject: str
    reason: str
    since: datetime
    until: datetime | None


def write_export(
    connection: sqlite3.Connection,
    export: Export,
    reporters: Mapping[str, tuple[str, Consent]],
    holds: Iterable[Hold],
) -> None:
    """Adds an entry with its reporters (user and consent by label) and holds, within a unit of the writer."""
    row = (
        export.pack,
        rfc3339(export.at),
        export.actor,
        export.case_id,
        export.purpose,
        export.outcome,
        export.reason,
        int(export.contacts_only),
        export.reporters,
        export.files,
        export.size,
        export.sha256,
        export.signer,
    )
    connection.execute(
        f"INSERT INTO evidence_exports ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        row,
    )
    connection.executemany(
        "INSERT INTO evidence_reporters (pack, label, user, consent_at, consent_content) "
        "VALUES (?, ?, ?, ?, ?)",
        [
            (export.pack, label, user, rfc3339(consent.at), consent.content)
            for label, (user, consent) in reporters.items()
        ],
    )
    connection.executemany(
        "INSERT INTO holds (kind, subject, reason, since, until) VALUES (?, ?, ?, ?, ?)",
        [
            (h.kind, h.subject, h.reason, rfc3339(h.since), rfc3339(h.until) if h.until else None)
            for h in holds
        ],
    )
    action = "evidence.export" if export.outcome == MADE else "evidence.refused"
    note(connection, Actor(export.actor), action, export.case_id, _detail(export), at=export.at)


def release_holds(
    connection: sqlite3.Connection, pack: str, actor: Actor, why: str, at: datetime
) -> int:
    """Ends the holds of a pack now, within a unit of the writer; says how many were in force."""
    stamp = rfc3339(at)
    ended = connection.execute(
        "UPDATE holds SET until = ?1 WHERE reason = ?2 AND (until IS NULL OR until > ?1)",
        (stamp, pack),
    ).rowcount
    note(connection, actor, "evidence.release", pack, {"holds": ended, "why": why}, at=at)
    return ended


class ExportLog:
    """Reads the log and the holds, also while the service writes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def latest(
        self, limit: int = 100, *, case_id: str | None = None, outcome: str | None = None
    ) -> list[Export]:
        """The newest entries, newest first, those of one case or outcome where it is named.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            f"SELECT {_COLUMNS} FROM evidence_exports WHERE (?1 IS NULL OR case_id = ?1) "  # noqa: S608
            "AND (?2 IS NULL OR outcome = ?2) ORDER BY seq DESC LIMIT ?3",
            (case_id, outcome, limit),
        )
        return [_export(row) for row in rows]

    def of(self, pack: str) -> Export | None:
        """The entry of a pack.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            f"SELECT {_COLUMNS} FROM evidence_exports WHERE pack = ?",  # noqa: S608
            (pack,),
        )
        return _export(rows[0]) if rows else None

    def holds(self, now: datetime, *, pack: str | None = None) -> list[Hold]:
        """The holds in force at ``now``, those of one pack where it is named.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT kind, subject, reason, since, until FROM holds "
            "WHERE (until IS NULL OR until > ?1) AND (?2 IS NULL OR reason = ?2) "
            "ORDER BY reason, kind, subject",
            (rfc3339(now), pack),
        )
        return [
            Hold(kind, subject, reason, parse_time(since), parse_time(until) if until else None)
            for kind, subject, reason, since, until in rows
        ]


def _export(row: tuple[Any, ...]) -> Export:
    pack, at, actor, case_id, purpose, outcome, reason, contacts_only, *figures = row
    return Export(
        pack,
        parse_time(at),
        actor,
        case_id,
        purpose,
        outcome,
        reason,
        bool(contacts_only),
        *figures,
    )


def _detail(export: Export) -> dict[str, Any]:
    told: dict[str, Any] = {"pack": export.pack, "purpose": export.purpose}
    if export.outcome == REFUSED:
        return {**told, "reason": export.reason}
    return {
        **told,
        "contacts_only": export.contacts_only,
        "reporters": export.reporters,
        "sha256": export.sha256,
    }
