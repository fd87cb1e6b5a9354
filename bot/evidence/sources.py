"""Where the material of a pack comes from: the ledger, read for borrowers who agreed."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Protocol

from bot.audit import Actor
from bot.cases.records import Case, CaseContact
from bot.evidence.dossier import Consent
from bot.feedback.verdict import FALSE_ALARM
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time
from bot.ledger.reading import StoredEvent
from bot.privacy.transcripts import Turn


class Cases(Protocol):
    """What a pack needs of the book of cases; blocking reads."""

    def get(self, case_id: str) -> Case | None:
        """The case, or that into which it was merged."""

    def signals(self, case_id: str) -> Sequence[StoredEvent]:
        """All signals that name a contact of the case, in the order of their commits."""

    def contacts(self, case_id: str) -> Sequence[CaseContact]:
        """The contacts that make up the case."""


class Transcripts(Protocol):
    """Reads what was said; whoever reads is written down before anything is handed out."""

    async def read(self, conversations: Sequence[str], actor: Actor, reason: str) -> Sequence[Turn]:
        """The turns of these conversations (keyed hashes) in the order of time."""


class Consents:
    """What borrowers said to their talk being handed over, as of the last durable word."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def of(self, users: Iterable[str]) -> dict[str, Consent]:
        """The latest word of each of these users (keyed hashes) who was asked.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT user, given, at, content FROM evidence_consents "
            "WHERE user IN (SELECT value FROM json_each(?)) ORDER BY at, rowid",
            (json.dumps(list(users)),),
        )
        return {
            user: Consent(bool(given), parse_time(at), version) for user, given, at, version in rows
        }

    def minors(self, users: Iterable[str]) -> frozenset[str]:
        """Those of these users who are known to be minors, whose word alone is not enough.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT user FROM users WHERE minor = 1 AND user IN (SELECT value FROM json_each(?))",
            (json.dumps(list(users)),),
        )
        return frozenset(user for (user,) in rows)


class Verdicts:
    """What people judged of signals."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def false_alarms(self, signals: Iterable[str]) -> frozenset[str]:
        """Those of these signals (ids) whose last verdict says that there was nothing to them.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT event_id FROM current_verdicts WHERE verdict = ? "
            "AND event_id IN (SELECT value FROM json_each(?))",
            (FALSE_ALARM, json.dumps(list(signals))),
        )
        return frozenset(event_id for (event_id,) in rows)


def given_now(connection: sqlite3.Connection, user: str) -> bool:
    """Whether the latest word of a user is a yes, within a unit of the writer."""
    latest = connection.execute(
        "SELECT given FROM evidence_consents WHERE user = ? ORDER BY at DESC, rowid DESC LIMIT 1",
        (user,),
    ).fetchone()
    return latest is not None and bool(latest[0])
