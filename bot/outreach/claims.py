"""Who sends what: rows that are due are claimed, so that of several processes one sends each, and once."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, to_json
from bot.outreach.rows import COLUMNS, Outreach, outreach_of

LEASE: Final = timedelta(minutes=5)
"""For how long a claim holds; a process that is silent for longer has died, and nobody knows what it sent."""

MOST: Final = 16
"""Rows that one process sends at a time."""

# One at a time to a person, or two processes could both find room for a last message this week.
_DUE: Final = (
    "state = 'planned' AND due_at <= :now AND user IS NOT NULL AND NOT EXISTS "
    "(SELECT 1 FROM outreach AS other WHERE other.user = outreach.user AND other.state = 'claimed') "
    "AND NOT EXISTS (SELECT 1 FROM campaign_messages AS pushed "
    "WHERE pushed.user = outreach.user AND pushed.state = 'claimed')"
)
_CLAIM: Final = (
    "UPDATE outreach SET state = 'claimed', claimed_by = :by, claimed_until = :until WHERE id IN "  # noqa: S608
    f"(SELECT id FROM (SELECT id, user, due_at FROM outreach INDEXED BY outreach_due WHERE {_DUE} "
    "ORDER BY due_at LIMIT :looked) GROUP BY user ORDER BY min(due_at) LIMIT :most) "
    f"RETURNING {COLUMNS}, address"
)
_LOST: Final = "state = 'claimed' AND claimed_until < :now"
_DISOWN: Final = f"UPDATE outreach SET state = 'unknown', sent_at = claimed_until WHERE {_LOST}"  # noqa: S608
_FORGOTTEN: Final = "state = 'planned' AND user IS NULL"
_FORGET: Final = f"UPDATE outreach SET state = 'cancelled', reason = 'erased' WHERE {_FORGOTTEN}"  # noqa: S608
_SEEN: Final = (
    "SELECT outreach.id FROM outreach JOIN mailbox ON mailbox.id = outreach.id "
    "WHERE state = 'kept' AND delivered_at IS NULL AND shown_at IS NOT NULL"
)
_DELIVER: Final = (
    "UPDATE outreach SET delivered_at = (SELECT shown_at FROM mailbox WHERE mailbox.id = outreach.id) "
    "WHERE id IN (SELECT value FROM json_each(?)) AND delivered_at IS NULL"
)
_ANYTHING: Final = " UNION ALL ".join(
    f"SELECT 1 WHERE EXISTS (SELECT 1 FROM outreach WHERE {wanted})"  # noqa: S608
    for wanted in (_DUE, _LOST, _FORGOTTEN)
)


@dataclass(frozen=True)
class Claim:
    """A row that this process alone may send now, and where to."""

    outreach: Outreach
    address: str = field(repr=False)


def anything_to_do(reader: Reader, now: datetime) -> bool:
    """Whether anything is due or to be tidied: a read, so that an idle process never asks for the one writer."""
    return bool(reader.rows(_ANYTHING, {"now": rfc3339(now)}))


def tidy(connection: sqlite3.Connection, now: datetime) -> None:
    """Writes down what time has decided, within the writer's transaction.

    Lost claims become unknown, and rows of erased users are cancelled.
    """
    connection.execute(_DISOWN, {"now": rfc3339(now)})
    connection.execute(_FORGET)


def shown_meanwhile(reader: Reader) -> list[str]:
    """The ids of what was kept, was shown since and is not noted as delivered; a blocking read.

    It looks at all that is kept and was not seen, which is too much for every other second.
    """
    return [id for (id,) in reader.rows(_SEEN)]


def note_delivered(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """Notes when these were shown, within the writer's transaction."""
    connection.execute(_DELIVER, (to_json(list(ids)),))


def claim(
    connection: sqlite3.Connection, by: str, now: datetime, lease: timedelta = LEASE
) -> Sequence[Claim]:
    """Claims what is due, one row a person, within the writer's transaction."""
    until = rfc3339(now + lease)
    values = {"now": rfc3339(now), "by": by, "until": until, "most": MOST, "looked": 8 * MOST}
    return [
        Claim(outreach_of(row), address) for *row, address in connection.execute(_CLAIM, values)
    ]
