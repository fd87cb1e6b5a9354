"""Results on their way to borrowers who want to hear them, each told once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.feedback.verdict import CONFIRMED, FALSE_ALARM, WRONG_CODE
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json

RESPONSES = {
    CONFIRMED: "utter_verdict_kept",
    FALSE_ALARM: "utter_verdict_corrected",
    WRONG_CODE: "utter_verdict_changed",
}


@dataclass(frozen=True)
class Notice:
    """One reply that tells a borrower of a result, and the notices that are told by it."""

    response: str
    ids: tuple[int, ...]


def pending(reader: Reader, user: Pseudonym) -> tuple[Notice, ...]:
    """What the borrower is to hear, the oldest first, equal results together in one reply.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    rows = reader.rows(
        "SELECT id, response FROM notices WHERE user IN (SELECT value FROM json_each(?)) "
        "AND delivered_at IS NULL ORDER BY id",
        (to_json(user.all),),
    )
    found: dict[str, list[int]] = {}
    for id, response in rows:
        found.setdefault(response, []).append(id)
    return tuple(Notice(response, tuple(ids)) for response, ids in found.items())


def delivered_unit(connection: sqlite3.Connection, ids: Iterable[int], at: datetime) -> int:
    """Marks notices as told, within the transaction that stores the reply with them.

    Returns:
        How many were not told before; a reply whose notices are all told must not tell them again.
    """
    told = 0
    for id in ids:
        told += connection.execute(
            "UPDATE notices SET delivered_at = ? WHERE id = ? AND delivered_at IS NULL",
            (rfc3339(at), id),
        ).rowcount
    return told


def tell(connection: sqlite3.Connection, event_id: str, verdict: str, at: datetime) -> None:
    """Puts the result of a signal on its way to those who want to hear it; a newer one replaces what waits."""
    connection.execute(
        "DELETE FROM notices WHERE event_id = ? AND delivered_at IS NULL", (event_id,)
    )
    connection.execute(
        "INSERT INTO notices (user, event_id, response, created_at) "
        "SELECT user, event_id, ?, ? FROM disputes WHERE event_id = ? AND notify = 1 "
        "ON CONFLICT DO NOTHING",
        (RESPONSES[verdict], rfc3339(at), event_id),
    )
