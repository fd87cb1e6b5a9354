"""How far WeCom's customer service was read, kept in the ledger's database for all processes that share it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.ledger.database import placeholders
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.ledger import Ledger

_ANSWERED_KEPT: Final = timedelta(days=4)
_TOKEN_LIVES: Final = timedelta(minutes=9)


@dataclass(frozen=True)
class Announced:
    """An account that has something to read: the cursor, empty for a new one, and the token while it is good."""

    account: str
    cursor: str
    token: str
    at: datetime
    stamp: str


class Progress:
    """Announcements, cursors, and what was answered beyond them; all methods may raise ``LedgerError``."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    async def announce(self, account: str, token: str) -> None:
        """Notes that there is something to read; durable when this returns."""
        now = rfc3339(utc_now())

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO wecom_announcements (account, token, at) VALUES (?, ?, ?) "
                "ON CONFLICT (account) DO UPDATE SET token = excluded.token, at = excluded.at",
                (account, token, now),
            )

        await self._ledger.writer.commit(unit)

    async def announced(self) -> list[Announced]:
        """What there is to read."""
        rows = await asyncio.to_thread(
            self._ledger.reader.rows,
            "SELECT account, coalesce(cursor, ''), token, at FROM wecom_announcements "
            "LEFT JOIN wecom_cursors USING (account) ORDER BY at",
        )
        now = utc_now()
        return [
            Announced(
                account,
                cursor,
                token if now - parse_time(at) < _TOKEN_LIVES else "",
                parse_time(at),
                at,
            )
            for account, cursor, token, at in rows
        ]

    async def announce_known(self) -> None:
        """Has every account read that ever was: announcements get lost while the service is away."""
        now = rfc3339(utc_now())

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO wecom_announcements (account, token, at) "
                "SELECT account, '', ? FROM wecom_cursors WHERE true ON CONFLICT DO NOTHING",
                (now,),
            )

        await self._ledger.writer.commit(unit)

    async def answered(self, messages: Collection[str]) -> frozenset[str]:
        """Which of these are done with."""
        wanted = tuple(messages)
        sql = f"SELECT message FROM wecom_answered WHERE message IN {placeholders(wanted)}"  # noqa: S608
        rows = await asyncio.to_thread(self._ledger.reader.rows, sql, wanted) if wanted else []
        return frozenset(row[0] for row in rows)

    async def note_answered(self, message: str) -> None:
        """A message is done with, whatever becomes of the others of its page."""
        now = rfc3339(utc_now())

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO wecom_answered (message, at) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (message, now),
            )

        await self._ledger.writer.commit(unit)

    async def move(self, read: Announced, cursor: str, *, finished: bool) -> None:
        """All before the cursor is done with; ``finished`` if there was no more, unless it was announced anew since."""
        now = utc_now()

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO wecom_cursors (account, cursor, moved_at) VALUES (?, ?, ?) ON CONFLICT (account) "
                "DO UPDATE SET cursor = excluded.cursor, moved_at = excluded.moved_at",
                (read.account, cursor, rfc3339(now)),
            )
            if finished:
                connection.execute(
                    "DELETE FROM wecom_announcements WHERE account = ? AND at = ?",
                    (read.account, read.stamp),
                )
            connection.execute(
                "DELETE FROM wecom_answered WHERE at < ?", (rfc3339(now - _ANSWERED_KEPT),)
            )

        await self._ledger.writer.commit(unit)
