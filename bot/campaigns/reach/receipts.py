"""Receipts of the mailbox, noted with the campaign before the mail's own term ends and takes them along."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Final

from bot.background import Periodic
from bot.ledger.database import Reader
from bot.ledger.writer import Writer
from bot.sinks.lead import Lead

SECONDS: Final = 3600.0

_BATCH: Final = 500  # rows written in one transaction, in which signals wait for their turn
# The number behind the last dash of the mail's id is that of the message.
_NEW: Final = (
    "SELECT mailbox.shown_at, mailbox.read_at, message.id FROM mailbox "
    "JOIN campaign_messages AS message "
    "ON message.id = CAST(substr(mailbox.id, length(rtrim(mailbox.id, '0123456789')) + 1) AS INTEGER) "
    "AND mailbox.id = 'campaign-' || campaign || '-' || message.id "
    "WHERE mailbox.id GLOB 'campaign-*' AND mailbox.shown_at IS NOT NULL AND "
    "(message.delivered_at IS NULL OR (message.read_at IS NULL AND mailbox.read_at IS NOT NULL))"
)
_NOTE: Final = (
    "UPDATE campaign_messages SET delivered_at = coalesce(delivered_at, ?), "
    "read_at = coalesce(read_at, ?) WHERE id = ?"
)


async def note_receipts(reader: Reader, writer: Writer) -> int:
    """Copies what clients told of mail to the messages of campaigns, and tells of how many.

    Raises:
        LedgerError: when the ledger cannot be read or written.
    """
    new = await asyncio.to_thread(reader.rows, _NEW)
    for start in range(0, len(new), _BATCH):
        rows = new[start : start + _BATCH]

        def unit(connection: sqlite3.Connection, rows: list[tuple[object, ...]] = rows) -> None:
            connection.executemany(_NOTE, rows)

        await writer.commit(unit)
    return len(new)


def receipts_beside(
    home: Path, reader: Reader, writer: Writer, seconds: float = SECONDS
) -> Periodic:
    """The work to run in each process, of which one does it; ``home`` is the data directory of the ledger."""

    async def work() -> None:
        await note_receipts(reader, writer)

    return Periodic("campaign receipts", work, seconds, Lead(home, "campaign-receipts"))
