"""Writes the audience of a campaign, a row for each person."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from bot.campaigns.push.audience import Recipient
from bot.campaigns.push.claims import PAGE
from bot.ledger.encoding import rfc3339
from bot.ledger.writer import Writer

_ADD: Final = (
    "INSERT INTO campaign_messages (campaign, user, channel, address, segment, consent_ref, variant, "
    "due_at, queued_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
)


async def enqueue(
    writer: Writer,
    campaign: str,
    recipients: Sequence[Recipient],
    variant: Callable[[str, str], str],
    due: datetime,
    now: datetime,
) -> None:
    """Queues everybody, a page in each transaction; who is queued for this campaign already stays as they are.

    Raises:
        LedgerError: when it cannot be written; the pages before stand.
    """
    stamps = rfc3339(due), rfc3339(now)
    for first in range(0, len(recipients), PAGE):
        rows = [
            (campaign, *_place(one), variant(campaign, one.user.current), *stamps)
            for one in recipients[first : first + PAGE]
        ]
        await writer.commit(partial(_add, rows=rows))


def _place(one: Recipient) -> tuple[Any, ...]:
    return one.user.current, one.channel, one.address, one.segment, one.consent_ref


def _add(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    connection.executemany(_ADD, rows)
