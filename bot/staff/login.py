"""Logging in: slow for whoever guesses, the same for a wrong name as for a wrong password."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from bot.audit import SYSTEM, Actor, note
from bot.hashing import Hasher
from bot.ledger.database import Reader
from bot.ledger.encoding import rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.staff.accounts import StaffBook
from bot.staff.passwords import verify_password
from bot.staff.sessions import Sessions

WINDOW: Final = timedelta(minutes=15)
MOST_HERE: Final = 5
"""Failures of one name from one address within the window, after which that pair has to wait."""
MOST: Final = 50
"""Failures of one name, or of one address; higher, so that nobody shuts a colleague out by five wrong tries."""
_AT_ONCE: Final = 2  # passwords being verified; each takes 32 MiB


class Locked(Exception):
    """Too many tries failed; the password was not even looked at."""


class Login:
    """Checks names and passwords for all processes together."""

    def __init__(
        self,
        staff: StaffBook,
        sessions: Sessions,
        reader: Reader,
        writer: Writer,
        hasher: Hasher,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._staff = staff
        self._sessions = sessions
        self._reader = reader
        self._writer = writer
        self._hasher = hasher
        self._clock = clock
        self._verifying = asyncio.Semaphore(_AT_ONCE)

    async def attempt(self, name: str, password: str, address: str) -> str | None:
        """The token of a new session, or ``None`` for a wrong name or password.

        Raises:
            Locked: when too many tries failed before.
            LedgerError: when the ledger cannot be read or written.
        """
        who = self._hasher.pseudonym("login", name).current
        where = self._hasher.pseudonym("address", address).current
        async with self._verifying:
            if await asyncio.to_thread(self._is_locked, who, where):
                raise Locked
            stored = await asyncio.to_thread(self._staff.password_of, name)
            right = await asyncio.to_thread(verify_password, password, stored)
            # Written before the next one may try, so that no burst of tries is ahead of the count.
            await self._note(name if stored is not None else None, who, where, right)
        return await self._sessions.begin(name) if right else None

    def _is_locked(self, who: str, where: str) -> bool:
        rows = self._reader.rows(
            "SELECT sum(name = ?1 AND address = ?2), sum(name = ?1), sum(address = ?2) "
            "FROM login_failures WHERE at > ?3",
            (who, where, rfc3339(self._clock() - WINDOW)),
        )
        here, named, there = (count or 0 for count in (rows[0] if rows else (0, 0, 0)))
        return here >= MOST_HERE or named >= MOST or there >= MOST

    async def _note(self, name: str | None, who: str, where: str, right: bool) -> None:
        now = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM login_failures WHERE at <= ?", (rfc3339(now - WINDOW),))
            if right:
                connection.execute("DELETE FROM login_failures WHERE name = ?", (who,))
            else:
                connection.execute(
                    "INSERT INTO login_failures (name, address, at) VALUES (?, ?, ?)",
                    (who, where, rfc3339(now)),
                )
            if name is not None:
                action = "staff.login" if right else "staff.login_failed"
                actor = (
                    Actor(name) if right else SYSTEM
                )  # who failed is not known to be that person
                note(connection, actor, action, name, {"address": where[:12]}, at=now)

        await self._writer.commit(unit)
