"""Takes messages in hand: each once, by one process, and no more in a second than the platform allows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.campaigns.push.rules import PushRules
from bot.ledger.encoding import rfc3339

HELD: Final = timedelta(minutes=5)
"""Whoever has not said by then what became of a message is taken for dead."""

_KEPT_SECONDS: Final = 60
# What a process had in hand when it died may have gone out: better once too seldom than twice.
_SETTLE: Final = (
    "UPDATE campaign_messages SET state = 'unknown', reason = 'interrupted', sent_at = :now "
    "WHERE state = 'claimed' AND claimed_until <= :now"
)
_BEGIN: Final = (
    "UPDATE campaigns SET state = 'running', changed_at = :now "
    "WHERE state = 'scheduled' AND (starts_at IS NULL OR starts_at <= :now)"
)
_OVER: Final = (
    "UPDATE campaign_messages SET state = 'skipped', reason = 'window_over' WHERE state = 'queued' "
    "AND campaign IN (SELECT id FROM campaigns WHERE state = 'running' AND ends_at <= :now)"
)
_ERASED: Final = (
    "UPDATE campaign_messages SET state = 'skipped', reason = 'erased' "
    "WHERE state = 'queued' AND user IS NULL"
)
# In two questions, each with its index: where the last message waits for days, all rows would be read four times a
# second.
_DONE: Final = (
    "UPDATE campaigns SET state = 'done', changed_at = :now WHERE state = 'running' AND NOT EXISTS "
    "(SELECT 1 FROM campaign_messages INDEXED BY campaign_messages_due "
    "WHERE campaign = campaigns.id AND state = 'queued' AND user IS NOT NULL) AND NOT EXISTS "
    "(SELECT 1 FROM campaign_messages INDEXED BY campaign_messages_claimed "
    "WHERE campaign = campaigns.id AND state = 'claimed')"
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
_TAKEN: Final = (
    "SELECT coalesce(sum(taken), 0) FROM campaign_pace WHERE channel = ? AND second BETWEEN ? AND ?"
)
# Nobody is in two hands at a time, or each could find room for the last message of this week.
_TAKE: Final = (
    "UPDATE campaign_messages SET state = 'claimed', claimed_by = :by, claimed_until = :until, "
    "tries = tries + 1 WHERE id IN (SELECT id FROM campaign_messages WHERE campaign = :campaign "
    "AND channel = :channel AND state = 'queued' AND user IS NOT NULL AND due_at <= :now "
    "AND NOT EXISTS (SELECT 1 FROM campaign_messages AS other "
    "WHERE other.user = campaign_messages.user AND other.state = 'claimed') "
    "AND NOT EXISTS (SELECT 1 FROM outreach "
    "WHERE outreach.user = campaign_messages.user AND outreach.state = 'claimed') "
    "ORDER BY due_at LIMIT :limit) "
    "RETURNING id, campaign, user, channel, address, consent_ref, variant, tries, "
    "(SELECT ends_at FROM campaigns WHERE campaigns.id = campaign)"
)
_COUNT: Final = (
    "INSERT INTO campaign_pace (channel, second, taken) VALUES (?, ?, ?) "
    "ON CONFLICT (channel, second) DO UPDATE SET taken = taken + excluded.taken"
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


def housekeeping(connection: sqlite3.Connection, now: datetime) -> None:
    """Begins what is due, ends what is over, and gives up on what a dead process had in hand."""
    values = {"now": rfc3339(now)}
    connection.execute(_ERASED)
    for statement in (_SETTLE, _BEGIN, _OVER, _DONE):
        connection.execute(statement, values)
    connection.execute(
        "DELETE FROM campaign_pace WHERE second < ?", (int(now.timestamp()) - _KEPT_SECONDS,)
    )


def claim(
    connection: sqlite3.Connection,
    rules: PushRules,
    by: str,
    now: datetime,
    most: int,
    size: Callable[[str, str], int],
    held: timedelta = HELD,
) -> Sequence[Claimed]:
    """Takes at most ``most`` people in hand, and of each channel no more than this second has left.

    ``size(campaign, channel)`` tells how many messages of the platform's one person takes there; with 0 nothing is
    taken. It runs in the writer's transaction, so that any number of processes together keep the limit.
    """
    found: list[Claimed] = []
    for (campaign,) in connection.execute(_RUNNING).fetchall():
        for (channel,) in connection.execute(_CHANNELS, {"campaign": campaign}).fetchall():
            each = size(campaign, channel)
            people = _room(connection, rules.rate(channel), channel, each, now) if each else 0
            left = min(people, most - len(found))
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
                connection.execute(_COUNT, (channel, int(now.timestamp()), each * len(taken)))
            found += taken
    return found


def _room(connection: sqlite3.Connection, rate: int, channel: str, size: int, now: datetime) -> int:
    """How many people of ``size`` messages each this second still allows on a channel."""
    # Where one person takes more than a second allows, the seconds that it takes count together.
    seconds, second = -(-size // rate), int(now.timestamp())
    [(taken,)] = connection.execute(_TAKEN, (channel, second - seconds + 1, second)).fetchall()
    return (rate * seconds - int(taken)) // size
