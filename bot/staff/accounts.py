"""The accounts of the console."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.audit import SYSTEM, Actor, note
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.writer import Unit, Writer
from bot.staff.passwords import hash_password, verify_password
from bot.staff.roles import ADMIN, Role

FIRST: Final = "admin"
"""The account whose password is the setting JINGZHONG_ADMIN_PASSWORD."""

_NAME = re.compile(r"[\w\u4e00-\u9fff][\w\u4e00-\u9fff.-]{1,39}")
# These write into the audit by themselves, and nobody may be taken for them.
_RESERVED: Final = frozenset({"api", "system", "cli"})


class StaffError(ValueError):
    """An account cannot be made or changed so; the message is one line, ``reason`` names the cause."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Staff:
    """One person of the console."""

    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None
    last_login_at: datetime | None = None

    @property
    def actor(self) -> Actor:
        """The person as the audit names it."""
        return Actor(self.name)


class StaffBook:
    """Reads and changes the accounts; every change is audited and ends what it must end."""

    def __init__(self, reader: Reader, writer: Writer | None = None) -> None:
        """Without a writer the accounts can only be read."""
        self._reader = reader
        self._writer = writer

    def list(self) -> list[Staff]:
        """All accounts by name, disabled ones too."""
        return [_staff(row) for row in self._reader.rows(f"{_SELECT} ORDER BY name")]

    def get(self, name: str) -> Staff | None:
        """One account."""
        rows = self._reader.rows(f"{_SELECT} WHERE name = ?", (name,))
        return _staff(rows[0]) if rows else None

    def password_of(self, name: str) -> str | None:
        """The stored hash of an account that may log in."""
        rows = self._reader.rows(
            "SELECT password FROM staff WHERE name = ? AND disabled_at IS NULL", (name,)
        )
        return str(rows[0][0]) if rows else None

    async def add(self, name: str, role: Role, password: str, actor: Actor) -> Staff:
        """Makes an account.

        Raises:
            StaffError: when the name cannot be taken.
            PasswordError: when the password cannot.
        """
        if not _NAME.fullmatch(name) or name in _RESERVED or name == FIRST:
            raise StaffError(
                "name", "a name has 2 to 40 letters, digits, dots or hyphens and is not reserved"
            )
        stored, now = hash_password(password), utc_now()

        def unit(connection: sqlite3.Connection) -> None:
            if connection.execute("SELECT 1 FROM staff WHERE name = ?", (name,)).fetchone():
                raise StaffError("taken", f"the account {name} is there already")
            connection.execute(
                "INSERT INTO staff (name, role, password, created_at) VALUES (?, ?, ?, ?)",
                (name, role.value, stored, rfc3339(now)),
            )
            note(connection, actor, "staff.add", name, {"role": role.value})

        await self._commit(unit)
        return Staff(name, role, now)

    async def set_role(self, name: str, role: Role, actor: Actor) -> None:
        """Gives an account another role, at once also where it is logged in.

        Raises:
            StaffError: when there is no such account, or it is that of the setting or one's own.
        """
        self._check_other(name, actor)

        def unit(connection: sqlite3.Connection) -> None:
            _change(connection, name, "role = ?", (role.value,))
            note(connection, actor, "staff.role", name, {"role": role.value})

        await self._commit(unit)

    async def set_password(self, name: str, password: str, actor: Actor) -> None:
        """Changes a password and ends the account's sessions.

        Raises:
            StaffError: when there is no such account or it is that of the setting.
            PasswordError: when the password cannot be taken.
        """
        if name == FIRST:
            raise _first()
        stored = hash_password(password)

        def unit(connection: sqlite3.Connection) -> None:
            _change(connection, name, "password = ?", (stored,))
            _end_sessions(connection, name)
            note(connection, actor, "staff.password", name)

        await self._commit(unit)

    async def set_disabled(self, name: str, disabled: bool, actor: Actor) -> None:
        """Shuts an account out, at once, or lets it in again.

        Raises:
            StaffError: when there is no such account, or it is that of the setting or one's own.
        """
        self._check_other(name, actor)
        at = rfc3339(utc_now()) if disabled else None

        def unit(connection: sqlite3.Connection) -> None:
            _change(connection, name, "disabled_at = ?", (at,))
            _end_sessions(connection, name)
            note(connection, actor, "staff.disable" if disabled else "staff.enable", name)

        await self._commit(unit)

    async def keep_first(self, password: str) -> None:
        """Makes sure that the account ``admin`` is there with the password of the setting."""
        before = self.password_of(FIRST)
        if before is not None and verify_password(password, before):
            return
        stored, now = hash_password(password), rfc3339(utc_now())

        def unit(connection: sqlite3.Connection) -> None:
            now_stored = connection.execute(
                "SELECT password FROM staff WHERE name = ?", (FIRST,)
            ).fetchone()
            if (now_stored[0] if now_stored else None) != before:
                return  # another process was faster
            connection.execute(
                "INSERT INTO staff (name, role, password, created_at) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (name) DO UPDATE SET password = excluded.password",
                (FIRST, ADMIN.value, stored, now),
            )
            _end_sessions(connection, FIRST)
            note(connection, SYSTEM, "staff.password" if before else "staff.add", FIRST)

        await self._commit(unit)

    def _check_other(self, name: str, actor: Actor) -> None:
        if name == FIRST:
            raise _first()
        if name == actor.name:
            raise StaffError("oneself", "nobody shuts themselves out or changes their own role")

    async def _commit(self, unit: Unit[None]) -> None:
        assert self._writer is not None, "this book can only be read"
        await self._writer.commit(unit)


_SELECT = "SELECT name, role, created_at, disabled_at, last_login_at FROM staff"


def _staff(row: tuple[str, str, str, str | None, str | None]) -> Staff:
    name, role, created, disabled, login = row
    return Staff(
        name,
        Role(role),
        parse_time(created),
        parse_time(disabled) if disabled else None,
        parse_time(login) if login else None,
    )


def _change(
    connection: sqlite3.Connection, name: str, what: str, values: tuple[object, ...]
) -> None:
    done = connection.execute(f"UPDATE staff SET {what} WHERE name = ?", (*values, name))  # noqa: S608 - columns of ours
    if not done.rowcount:
        raise StaffError("unknown", f"there is no account {name}; see: jingzhong staff list")


def _end_sessions(connection: sqlite3.Connection, name: str) -> None:
    connection.execute("DELETE FROM staff_sessions WHERE name = ?", (name,))


def _first() -> StaffError:
    return StaffError(
        "first", f"{FIRST} is the account of JINGZHONG_ADMIN_PASSWORD; change that and start again"
    )
