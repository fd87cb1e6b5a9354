"""Reads appeals, also while the service writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot.feedback.appeal import DECIDED, IN_REVIEW, OPEN, UPHELD, Appeal, Punctuality
from bot.feedback.errors import UnknownRecord
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now

Rows = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

_COLUMNS = (
    "id, party, contact, reason, reply_to, state, opened_at, opened_by, due_at, reviewer, "
    "decided_at, decision"
)


def read_appeals(rows: Rows, condition: str, parameters: Sequence[Any]) -> list[Appeal]:
    """The appeals for which ``condition`` holds; ``rows`` runs one SELECT."""
    # Conditions are constants of this package.
    found = rows(f"SELECT {_COLUMNS} FROM appeals {condition}", parameters)  # noqa: S608
    signals: dict[str, list[str]] = defaultdict(list)
    for appeal_id in {row[0] for row in found}:
        for (event_id,) in rows(
            "SELECT event_id FROM appeal_signals LEFT JOIN events ON events.id = event_id "
            "WHERE appeal = ? ORDER BY events.seq",
            (appeal_id,),
        ):
            signals[appeal_id].append(event_id)
    return [_appeal(row, signals[row[0]]) for row in found]


def read_appeal(rows: Rows, appeal_id: str) -> Appeal:
    """One appeal.

    Raises:
        UnknownRecord: when there is none with that id.
    """
    found = read_appeals(rows, "WHERE id = ?", (appeal_id,))
    if not found:
        raise UnknownRecord(f"no appeal has the id {appeal_id!r}; see: jingzhong feedback appeals")
    return found[0]


class AppealView:
    """Short blocking reads; all raise :class:`bot.ledger.errors.LedgerError` when the ledger fails."""

    def __init__(self, reader: Reader, clock: Callable[[], datetime] = utc_now) -> None:
        self._reader = reader
        self._clock = clock

    def get(self, appeal_id: str) -> Appeal:
        """The appeal with that id.

        Raises:
            UnknownRecord: when there is none.
        """
        return read_appeal(self._reader.rows, appeal_id)

    def list(self, *, waiting: bool | None = None, limit: int = 200) -> list[Appeal]:
        """Those that wait, the nearest deadline first, then those decided, the newest first.

        ``waiting`` asks for the first or the second kind alone.
        """
        found: list[Appeal] = []
        if waiting is not False:
            found += read_appeals(
                self._reader.rows,
                "WHERE state IN (?, ?) ORDER BY due_at, id LIMIT ?",
                (OPEN, IN_REVIEW, limit),
            )
        if waiting is not True:
            found += read_appeals(
                self._reader.rows,
                "WHERE state IN (?, ?) ORDER BY decided_at DESC, id LIMIT ?",
                (*DECIDED, limit - len(found)),
            )
        return found

    def is_cleared(self, contact: str) -> bool:
        """Whether the last decision on an appeal of that contact was in its favour."""
        rows = self._reader.rows(
            "SELECT state FROM appeals WHERE contact = ? AND decided_at IS NOT NULL "
            "ORDER BY decided_at DESC LIMIT 1",
            (contact,),
        )
        return bool(rows) and rows[0][0] == UPHELD

    def punctuality(self) -> Punctuality:
        """How many were decided in time, as of now."""
        rows = self._reader.rows(
            "SELECT count(decided_at), coalesce(sum(decided_at >= due_at), 0), "
            "coalesce(sum(decided_at IS NULL), 0), "
            "coalesce(sum(decided_at IS NULL AND due_at <= ?), 0) FROM appeals",
            (rfc3339(self._clock()),),
        )
        return Punctuality(*rows[0]) if rows else Punctuality(0, 0, 0, 0)


def _appeal(row: Sequence[Any], signals: Sequence[str]) -> Appeal:
    id, party, contact, reason, reply_to, state, opened_at, opened_by, due_at, *rest = row
    reviewer, decided_at, decision = rest
    return Appeal(
        id=id,
        party=party,
        contact=contact,
        reason=reason,
        reply_to=reply_to,
        state=state,
        opened_at=parse_time(opened_at),
        opened_by=opened_by,
        due_at=parse_time(due_at),
        reviewer=reviewer,
        decided_at=None if decided_at is None else parse_time(decided_at),
        decision=decision,
        signals=tuple(signals),
    )
