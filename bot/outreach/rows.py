"""One message to a borrower that no message asked for, as it stands in the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339

KINDS: Final = ("warning", "followup")
STATES: Final = (
    "planned",
    "claimed",
    "sent",
    "kept",
    "refused",
    "failed",
    "unknown",
    "cancelled",
)
COLUMNS: Final = (
    "id, kind, template, template_values, user, channel, code, step, signal, consent_ref, state, reason, "
    "tries, created_by, due_at, created_at, sent_at, delivered_at, answer, answered_at"
)
_NAMES: Final = tuple(COLUMNS.replace("template_values", "values").split(", "))
_TIMES: Final = ("due_at", "created_at", "sent_at", "delivered_at", "answered_at")
_GET: Final = f"SELECT {COLUMNS} FROM outreach WHERE id = ?"  # noqa: S608
_STARTING: Final = f"SELECT {COLUMNS} FROM outreach WHERE substr(id, 1, length(?1)) = ?1 LIMIT 2"  # noqa: S608
_LIST: Final = (
    f"SELECT {COLUMNS} FROM outreach WHERE (?1 IS NULL OR kind = ?1) "  # noqa: S608
    "AND (?2 IS NULL OR state = ?2) ORDER BY created_at DESC, id LIMIT ?3"
)


@dataclass(frozen=True)
class Outreach:
    """One row; ``reason`` tells why it waits, was refused, failed or was cancelled.

    ``user`` is the keyed hash, ``None`` after an erasure. ``kept`` is out, and delivered once the user came and saw it;
    ``unknown`` may have gone out or not, and is never sent again.
    """

    id: str
    kind: str
    template: str
    values: Mapping[str, str]
    user: str | None
    channel: str
    code: str | None
    step: str | None
    signal: str | None
    consent_ref: str | None
    state: str
    reason: str | None
    tries: int
    created_by: str
    due_at: datetime
    created_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    answer: str | None
    answered_at: datetime | None

    def as_json(self) -> dict[str, Any]:
        """The row as commands and the API show it."""
        shown = {
            name: rfc3339(value) if isinstance(value, datetime) else value
            for name, value in vars(self).items()
        }
        return {**shown, "values": dict(self.values)}


def outreach_of(row: Sequence[Any]) -> Outreach:
    """Reads a row of :data:`COLUMNS`."""
    named = dict(zip(_NAMES, row, strict=True))
    times = {name: _time(named[name]) for name in _TIMES}
    return Outreach(**{**named, **times, "values": json.loads(named["values"])})


class OutreachView:
    """Reads what was planned and what came of it; every read blocks and may raise ``LedgerError``."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def get(self, id: str) -> Outreach | None:
        """One row by its id."""
        rows = self._reader.rows(_GET, (id,))
        return outreach_of(rows[0]) if rows else None

    def starting_with(self, beginning: str) -> list[Outreach]:
        """The rows whose id begins so, at most two of them."""
        return [outreach_of(row) for row in self._reader.rows(_STARTING, (beginning,))]

    def list(
        self, limit: int, *, kind: str | None = None, state: str | None = None
    ) -> list[Outreach]:
        """The newest, newest first."""
        return [outreach_of(row) for row in self._reader.rows(_LIST, (kind, state, limit))]


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)
