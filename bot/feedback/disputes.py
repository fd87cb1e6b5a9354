"""What borrowers say of the signals that their own messages wrote: this is no fraud."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from bot.feedback.notices import tell
from bot.hashing import Pseudonym
from bot.ledger.encoding import rfc3339, to_json
from bot.ledger.events import EVENT_TYPE


def dispute_unit(
    connection: sqlite3.Connection,
    event_ids: Sequence[str],
    user: Pseudonym,
    at: datetime,
    notify: bool | None = None,
) -> int:
    """Records, within a unit of the ledger's writer, that a borrower objects to signals of their own.

    Said again, it changes nothing but ``notify``: whether the borrower wants to hear the result, ``None``
    leaving what was said of that. Signals of other people are passed over. The signal itself stays as it
    is; a person looks at it.

    Returns:
        How many of the signals are the borrower's.
    """
    own = 0
    for event_id in dict.fromkeys(event_ids):
        found = connection.execute(
            "SELECT 1 FROM events WHERE id = ? AND type = ? "
            "AND user IN (SELECT value FROM json_each(?))",
            (event_id, EVENT_TYPE, to_json(user.all)),
        )
        if found.fetchone() is None:
            continue
        own += 1
        record_dispute(connection, event_id, user.current, at, notify)
    return own


def record_dispute(
    connection: sqlite3.Connection, event_id: str, user: str, at: datetime, notify: bool | None
) -> None:
    """Records an objection; ``user`` is the keyed hash of the borrower whose signal it is."""
    connection.execute(
        "INSERT INTO disputes (event_id, user, at, notify) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET notify = coalesce(excluded.notify, notify)",
        (event_id, user, rfc3339(at), notify),
    )
    if notify:
        _tell_what_is_known(connection, event_id, user, at)
    elif notify is not None:
        connection.execute(
            "DELETE FROM notices WHERE event_id = ? AND user = ? AND delivered_at IS NULL",
            (event_id, user),
        )


def _tell_what_is_known(
    connection: sqlite3.Connection, event_id: str, user: str, at: datetime
) -> None:
    """A verdict may have come between the objection and the wish to hear of it."""
    known = connection.execute(
        "SELECT verdict FROM current_verdicts JOIN disputes USING (event_id) "
        "WHERE event_id = ? AND disputes.user = ? AND current_verdicts.at >= disputes.at",
        (event_id, user),
    ).fetchone()
    if known is not None:
        tell(connection, event_id, known[0], at)
