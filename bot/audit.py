"""The audit: who did what to which record, only ever added to, each entry sealed to the one before."""

from __future__ import annotations

import getpass
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now

_PAGE: Final = 500
_BEGINNING: Final = "0" * 64


@dataclass(frozen=True)
class Actor:
    """Who acts: a person of the console by name, ``cli:NAME`` on the command line, ``api`` or ``system``."""

    name: str

    @classmethod
    def at_command_line(cls) -> Actor:
        """The person who runs this command, by the name of the system's account."""
        return cls(f"cli:{getpass.getuser()}")


SYSTEM: Final = Actor("system")


@dataclass(frozen=True)
class AuditEntry:
    """One act; ``action`` is dotted such as ``case.state``, ``subject`` the id of what it was done to."""

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    seal: str

    def as_json(self) -> dict[str, Any]:
        """The entry as commands and the API show it."""
        return {**vars(self), "at": rfc3339(self.at), "detail": dict(self.detail)}


def note(
    connection: sqlite3.Connection,
    actor: Actor,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Adds an entry within a unit of the ledger's writer, so that the act and its entry stand or fall together.

    ``detail`` must be JSON and hold no text of a borrower and no contact in clear.
    """
    last = connection.execute("SELECT seal FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    row = (rfc3339(at or utc_now()), actor.name, action, subject, to_json(dict(detail or {})))
    seal = _seal(last[0] if last else _BEGINNING, row)
    connection.execute(
        "INSERT INTO audit (at, actor, action, subject, detail, seal) VALUES (?, ?, ?, ?, ?, ?)",
        (*row, seal),
    )


class AuditLog:
    """Reads the audit, also while the service writes."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def latest(
        self,
        limit: int = 100,
        *,
        subject: str | None = None,
        action: str | None = None,
        actor: str | None = None,
        before: int | None = None,
    ) -> list[AuditEntry]:
        """The newest entries, newest first; ``action`` is a beginning, such as ``case.``.

        Of those below the sequence number ``before`` alone, if it is given.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT seq, at, actor, action, subject, detail, seal FROM audit WHERE (?1 IS NULL OR subject = ?1) "
            "AND (?2 IS NULL OR substr(action, 1, length(?2)) = ?2) AND (?4 IS NULL OR actor = ?4) "
            "AND (?5 IS NULL OR seq < ?5) ORDER BY seq DESC LIMIT ?3",
            (subject, action, limit, actor, before),
        )
        return [_entry(row) for row in rows]

    def first_broken(self) -> int | None:
        """The ``seq`` of the first entry that was altered or that follows a removed one; ``None`` if all hold.

        The seals show a change by whoever does not seal all later entries anew as well; keep the last seal
        somewhere else to recognise even that.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        before = _BEGINNING
        for seq, *row, seal in self._rows():
            if _seal(before, tuple(row)) != seal:
                return int(seq)
            before = seal
        return None

    def _rows(self) -> Iterator[tuple[Any, ...]]:
        after = 0
        while True:
            page = self._reader.rows(
                "SELECT seq, at, actor, action, subject, detail, seal FROM audit WHERE seq > ? "
                "ORDER BY seq LIMIT ?",
                (after, _PAGE),
            )
            if not page:
                return
            yield from page
            after = page[-1][0]


def _entry(row: tuple[Any, ...]) -> AuditEntry:
    seq, at, actor, action, subject, detail, seal = row
    return AuditEntry(seq, parse_time(at), actor, action, subject, json.loads(detail), seal)


def _seal(before: str, row: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps([before, *row]).encode("ascii")).hexdigest()
