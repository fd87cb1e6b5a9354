"""The question of ours that a user has not answered yet."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from actions.facts import FollowupFact
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json

OPEN: Final = timedelta(days=7)
"""For how long an answer is still one to the question."""

_OPEN: Final = (
    "SELECT asked.id, asked.signal, asked.code FROM outreach AS asked "
    "LEFT JOIN mailbox ON mailbox.id = asked.id "
    "WHERE asked.user IN (SELECT value FROM json_each(:users)) AND kind = 'followup' "
    # What waits in the mailbox was not seen yet, so that no message answers it.
    "AND (state IN ('sent', 'unknown') OR state = 'kept' AND mailbox.shown_at IS NOT NULL) "
    "AND answer IS NULL AND sent_at IS NOT NULL "
    "AND max(sent_at, coalesce(mailbox.shown_at, '')) > :since ORDER BY sent_at DESC LIMIT 1"
)


def open_question(reader: Reader, user: Pseudonym, now: datetime) -> FollowupFact | None:
    """The last question that reached the user, if its answer is still awaited; a short blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    values = {"users": to_json(user.all), "since": rfc3339(now - OPEN)}
    rows = reader.rows(_OPEN, values)
    return FollowupFact(*rows[0]) if rows else None
