"""Who is logged in: kept in the ledger, so that every process of the service knows it."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.audit import note
from bot.hashing import Hasher
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.staff.accounts import Staff
from bot.staff.roles import Role

IDLE: Final = timedelta(minutes=30)
LONGEST: Final = timedelta(hours=12)
_TOUCH: Final = timedelta(minutes=1)  # how old the last use may be before it is written again


@dataclass(frozen=True)
class Session:
    """A person who is logged in; ``key`` is the hash under which the session is kept."""

    key: str
    staff: Staff
    csrf: str
    used_at: datetime


class Sessions:
    """Begins, finds and ends sessions. A token is known to its browser alone."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        hasher: Hasher,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._hasher = hasher
        self._clock = clock

    async def begin(self, name: str) -> str:
        """Logs a person in and returns the token; sessions that have ended are swept away."""
        token, now = secrets.token_urlsafe(32), self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "DELETE FROM staff_sessions WHERE used_at <= ? OR began_at <= ?", self._ends(now)
            )
            connection.execute(
                "INSERT INTO staff_sessions (token, name, began_at, used_at) VALUES (?, ?, ?, ?)",
                (_key(token), name, rfc3339(now), rfc3339(now)),
            )
            connection.execute(
                "UPDATE staff SET last_login_at = ? WHERE name = ?", (rfc3339(now), name)
            )

        await self._writer.commit(unit)
        return token

    def find(self, token: str) -> Session | None:
        """The session of a token, unless it has ended, was idle too long or its account is shut out.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT s.token, s.used_at, p.name, p.role, p.created_at, p.last_login_at "
            "FROM staff_sessions s JOIN staff p ON p.name = s.name "
            "WHERE s.token = ? AND s.used_at > ? AND s.began_at > ? AND p.disabled_at IS NULL",
            (_key(token), *self._ends(self._clock())),
        )
        if not rows:
            return None
        key, used, name, role, created, login = rows[0]
        staff = Staff(name, Role(role), parse_time(created), None, login and parse_time(login))
        return Session(key, staff, self._hasher.mac("csrf", token).hex(), parse_time(used))

    async def touch(self, session: Session) -> None:
        """Notes that the session is in use, at most once a minute."""
        now = self._clock()
        if now - session.used_at < _TOUCH:
            return

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE staff_sessions SET used_at = ? WHERE token = ?", (rfc3339(now), session.key)
            )

        await self._writer.commit(unit)

    async def end(self, session: Session) -> None:
        """Logs a person out."""

        def unit(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM staff_sessions WHERE token = ?", (session.key,))
            note(connection, session.staff.actor, "staff.logout", session.staff.name)

        await self._writer.commit(unit)

    @staticmethod
    def _ends(now: datetime) -> tuple[str, str]:
        return rfc3339(now - IDLE), rfc3339(now - LONGEST)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
