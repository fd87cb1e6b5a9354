"""Orders to hand over again what a sink has had, given by people and carried out by whoever forwards."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import NamedTuple

from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339
from bot.ledger.writer import Writer


class Order(NamedTuple):
    """What is to be handed over again: from ``next`` up to ``last``, or to wherever the sink has got."""

    id: int
    next: int
    last: int | None


class Replays:
    """The orders for one sink."""

    def __init__(self, reader: Reader, writer: Writer, sink: str) -> None:
        self._reader = reader
        self._writer = writer
        self._sink = sink

    def first(self) -> Order | None:
        """The oldest that is not carried out; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT id, next, last FROM replays WHERE sink = ? AND ended_at IS NULL ORDER BY id LIMIT 1",
            (self._sink,),
        )
        return Order(*rows[0]) if rows else None

    async def advance(self, order: Order, position: int, ended_at: datetime | None) -> None:
        """Writes down that everything up to ``position`` was handed over, and whether that was all.

        Raises:
            LedgerError: when it cannot be written.
        """
        ended = rfc3339(ended_at) if ended_at else None

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE replays SET next = ?, ended_at = ? WHERE id = ?",
                (position + 1, ended, order.id),
            )

        await self._writer.commit(unit)
