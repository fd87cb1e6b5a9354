"""The question of ours that a user has not answered yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from actions.facts import FollowupFact
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json, utc_now

OPEN: Final = timedelta(days=7)
"""For how long an answer is still one to the question."""

_OPEN: Final = (
    "SELECT id, signal, code FROM outreach WHERE user IN (SELECT value FROM json_each(:users)) "
    "AND kind = 'followup' AND state IN ('sent', 'kept', 'unknown') AND answer IS NULL "
    "AND sent_at > :since ORDER BY sent_at DESC LIMIT 1"
)


def open_question(reader: Reader, user: Pseudonym) -> FollowupFact | None:
    """The last question that went out to the user, if its answer is still awaited; a short blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    values = {"users": to_json(user.all), "since": rfc3339(utc_now() - OPEN)}
    rows = reader.rows(_OPEN, values)
    return FollowupFact(*rows[0]) if rows else None
