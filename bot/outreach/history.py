"""What a person was sent without asking: warnings, questions and campaigns are one history."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json
from bot.outreach.policy import Person
from bot.users import UserRecord

_OWN: Final = "user IN (SELECT value FROM json_each(:users))"
_SENT: Final = (
    f"SELECT sent_at FROM outreach WHERE {_OWN} AND sent_at > :since "  # noqa: S608
    f"UNION ALL SELECT sent_at FROM campaign_messages WHERE {_OWN} AND sent_at > :since"
)
_BLOCKED: Final = f"SELECT 1 FROM unreachable WHERE channel = :channel AND {_OWN} LIMIT 1"  # noqa: S608


def sent_since(reader: Reader, user: Pseudonym, since: datetime) -> tuple[datetime, ...]:
    """When the user was sent something since then, in any order; a short blocking read.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    values = {"users": to_json(user.all), "since": rfc3339(since)}
    return tuple(parse_time(at) for (at,) in reader.rows(_SENT, values))


def person_of(
    reader: Reader,
    user: Pseudonym,
    record: UserRecord,
    channel: str,
    since: datetime,
    *,
    consent: bool = False,
) -> Person:
    """All that :meth:`bot.outreach.policy.Policy.decide` needs to know of a user; a short blocking read.

    ``since`` is how far back the policy looks, ``consent`` one that the institution holds.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    sent = sent_since(reader, user, since)
    blocked = bool(reader.rows(_BLOCKED, {"users": to_json(user.all), "channel": channel}))
    return Person.of(record, sent, consent=consent, blocked=blocked)
