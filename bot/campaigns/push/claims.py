"""Takes messages in hand: each once, by one process, and no faster than the platform allows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.campaigns.push.pace import Pace
from bot.campaigns.push.rules import PushRules
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339

HELD: Final = timedelta(minutes=5)
"""Whoever has not said by then what became of a message is taken for dead."""

PAGE: Final = 2000
"""Rows that one transaction writes at most, since everything else that is to be written waits for it."""

# What a process had in hand when it died may have gone out: better once too seldom than twice.
_LOST: Final = "state = 'claimed' AND claimed_until <= :now"
_SETTLE: Final = (
    "UPDATE campaign_messages SET state = 'unknown', reason = 'interrupted', sent_at = :now "  # noqa: S608
    f"WHERE {_LOST}"
)
_BEGINS: Final = "state = 'scheduled' AND (starts_at IS NULL OR starts_at <= :now)"
_BEGIN: Final = f"UPDATE campaigns SET state = 'running', changed_at = :now WHERE {_BEGINS}"  # noqa: S608
_STOPPED: Final = (
    "(campaigns.state = 'cancelled' OR campaigns.state = 'running' AND ends_at <= :now)"
)
# A page at a time: whoever has a hundred thousand to take out must not hold up the signals that are to be written.
_UNWANTED: Final = (
    "SELECT message.id FROM campaigns CROSS JOIN campaign_messages AS message "  # noqa: S608
    "INDEXED BY campaign_messages_due ON message.campaign = campaigns.id "
    f"WHERE {_STOPPED} AND message.state = 'queued' AND message.user IS NOT NULL LIMIT {PAGE}"
)
_SWEEP: Final = (
    "UPDATE campaign_messages SET state = 'skipped', reason = (SELECT CASE state "  # noqa: S608
    "WHEN 'cancelled' THEN 'cancelled' ELSE 'window_over' END FROM campaigns WHERE id = campaign) "
    f"WHERE id IN ({_UNWANTED})"
)
_ERASED: Final = (
    "UPDATE campaign_messages SET state = 'skipped', reason = 'erased' "
    "WHERE state = 'queued' AND user IS NULL"
)
# In two questions, each with its index: while the last message waits for days, nobody may read all rows again and again.
_IS_DONE: Final = (
    "state = 'running' AND NOT EXISTS "
    "(SELECT 1 FROM campaign_messages INDEXED BY campaign_messages_due "
    "WHERE campaign = campaigns.id AND state = 'queued' AND user IS NOT NULL) AND NOT EXISTS "
    "(SELECT 1 FROM campaign_messages INDEXED BY campaign_messages_claimed "
    "WHERE campaign = campaigns.id AND state = 'claimed')"
)
_DONE: Final = f"UPDATE campaigns SET state = 'done', changed_at = :now WHERE {_IS_DONE}"  # noqa: S608
_TIME_DECIDES: Final = " UNION ALL ".join(
    f"SELECT 1 WHERE EXISTS ({question})"
    for question in (
        f"SELECT 1 FROM campaign_messages WHERE {_LOST}",  # noqa: S608
        f"SELECT 1 FROM campaigns WHERE {_BEGINS}",  # noqa: S608
        f"SELECT 1 FROM campaigns WHERE {_IS_DONE}",  # noqa: S608
        _UNWANTED,
    )
)
_RUNNING: Final = "SELECT id FROM campaigns WHERE state = 'running' ORDER BY created_at, id"
_QUEUED: Final = (
    "SELECT min(channel) FROM campaign_messages WHERE campaign = :campaign AND state = 'queued' "
    "AND user IS NOT NULL"
)
# From one channel to the next in the index: looking at every row would hold up the signals that are to be written.
_CHANNELS: Final = (
    f"WITH RECURSIVE found (channel) AS ({_QUEUED} UNION ALL "  # noqa: S608
    f"SELECT ({_QUEUED} AND channel > found.channel) FROM found WHERE channel IS NOT NULL) "
    "SELECT channel FROM found WHERE channel IS NOT NULL"
)
_IS_DUE: Final = (
    "campaign = :campaign AND channel = :channel AND state = 'queued' AND user IS NOT NULL "
    "AND due_at <= :now"
)
_DUE: Final = f"SELECT 1 FROM campaign_messages WHERE {_IS_DUE} LIMIT 1"  # noqa: S608
# Nobody is in two hands at a time, or each could find room for the last message of this week.
_TAKE: Final = (
    "UPDATE campaign_messages SET state = 'claimed', claimed_by = :by, claimed_until = :until, "  # noqa: S608
    f"tries = tries + 1 WHERE id IN (SELECT id FROM campaign_messages WHERE {_IS_DUE} "
    "AND NOT EXISTS (SELECT 1 FROM campaign_messages AS other "
    "WHERE other.user = campaign_messages.user AND other.state = 'claimed') "
    "AND NOT EXISTS (SELECT 1 FROM outreach "
    "WHERE outreach.user = campaign_messages.user AND outreach.state = 'claimed') "
    "ORDER BY due_at LIMIT :limit) "
    "RETURNING id, campaign, user, channel, address, consent_ref, variant, tries, "
    "(SELECT ends_at FROM campaigns WHERE campaigns.id = campaign)"
)


@dataclass(frozen=True)
class Claimed:
    """A message in hand, of a campaign that ends at ``ends_at``."""

    id: int
    campaign: str
    user: str
    channel: str
    address: str = field(repr=False)
    consent_ref: str | None
    variant: str
    tries: int
    ends_at: str | None


def anything_to_do(reader: Reader, now: datetime) -> bool:
    """Whether anything is due or to be tidied: a read, so that an idle process never asks for the one writer.

    Raises:
        LedgerError: when the ledger cannot be read.
    """
    values = {"now": rfc3339(now)}
    if reader.rows(_TIME_DECIDES, values):
        return True
    places = (
        {**values, "campaign": campaign, "channel": channel}
        for (campaign,) in reader.rows(_RUNNING)
        for (channel,) in reader.rows(_CHANNELS, {"campaign": campaign})
    )
    return any(reader.rows(_DUE, place) for place in places)


def housekeeping(connection: sqlite3.Connection, now: datetime) -> None:
    """Begins what is due, ends what is over, and gives up on what a dead process had in hand."""
    values = {"now": rfc3339(now)}
    connection.execute(_ERASED)
    connection.execute(_SETTLE, values)
    connection.execute(_BEGIN, values)
    sweep(connection, now)
    connection.execute(_DONE, values)


def sweep(connection: sqlite3.Connection, now: datetime) -> int:
    """Takes out at most ``PAGE`` messages that will not be sent: of campaigns that are over or cancelled; how many."""
    return connection.execute(_SWEEP, {"now": rfc3339(now)}).rowcount


def claim(
    connection: sqlite3.Connection,
    rules: PushRules,
    by: str,
    now: datetime,
    most: int,
    size: Callable[[str, str], int],
    held: timedelta = HELD,
) -> Sequence[Claimed]:
    """Takes at most ``most`` people in hand, and of each channel no more than its pace allows.

    ``size(campaign, channel)`` tells how many messages of the platform's one person takes there; with 0 nothing is
    taken. It runs in the writer's transaction, so that any number of processes together keep the limit.
    """
    found: list[Claimed] = []
    for (campaign,) in connection.execute(_RUNNING).fetchall():
        for (channel,) in connection.execute(_CHANNELS, {"campaign": campaign}).fetchall():
            each = size(campaign, channel)
            if not each:
                continue
            pace = Pace.read(connection, channel, rules.rate(channel), each, now)
            left = min(pace.room // each, most - len(found))
            if left <= 0:
                continue
            values: dict[str, Any] = {
                "by": by,
                "until": rfc3339(now + held),
                "now": rfc3339(now),
                "campaign": campaign,
                "channel": channel,
                "limit": left,
            }
            taken = [Claimed(*row) for row in connection.execute(_TAKE, values).fetchall()]
            if taken:
                pace.take(connection, each * len(taken))
            found += taken
    return found
