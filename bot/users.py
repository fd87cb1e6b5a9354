"""What the service remembers of a user: what was agreed, and where a message reaches them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from actions.plan import UserChange
from bot.hashing import Pseudonym
from bot.ledger.database import Reader, placeholders
from bot.ledger.encoding import parse_time, rfc3339, storable, utc_now
from bot.ledger.writer import Writer


@dataclass(frozen=True, repr=False)
class Address:
    """Where a channel reaches the user; ``repr`` and logs show its last two characters only."""

    channel: str
    address: str

    def __repr__(self) -> str:
        shown = self.address[-2:] if len(self.address) > 4 else ""
        return f"Address({self.channel}:***{shown})"


@dataclass(frozen=True)
class Consent:
    """What the user said to being stored and written to, and when they last changed their mind."""

    given: bool
    at: datetime


@dataclass(frozen=True)
class UserRecord:
    """One user; a user who was never heard of has these defaults.

    ``informed_at``: when the privacy notice was first shown; ``consent``: ``None`` until asked;
    ``crisis_at``: the last sign of a crisis; ``erased_at``: when the user last had everything
    erased.
    """

    informed_at: datetime | None = None
    consent: Consent | None = None
    opted_out: bool = False
    crisis_at: datetime | None = None
    minor: bool = False
    addresses: tuple[Address, ...] = ()
    erased_at: datetime | None = None


class UserStore(Protocol):
    """Keeps one record per user, found under the user's current and former keyed hashes."""

    async def get(self, user: Pseudonym) -> UserRecord:
        """The record as of the last durable change."""

    def apply(
        self,
        connection: sqlite3.Connection,
        user: Pseudonym,
        change: UserChange,
        *,
        at: datetime,
        address: Address | None = None,
    ) -> None:
        """Applies one message's change of the record; called in the writer's thread, may block.

        ``change.erase`` comes before the other fields and keeps only the time of the erasure; the
        ``address`` is added if it is new and nothing is erased. A store in the ledger's own
        database must use ``connection`` and must not end its transaction. A store elsewhere must
        write durably before it returns, must raise if it cannot, and must bear that the ledger then
        fails and calls again.
        """

    async def erase(self, user: Pseudonym) -> bool:
        """Erases the record and the addresses; tells whether there was anything."""


class SqliteUserStore:
    """The :class:`UserStore` in the ledger's own database."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def get(self, user: Pseudonym) -> UserRecord:
        """The record as of the last durable change."""
        rows = self._reader.rows(
            "SELECT users.user, informed_at, consent, consent_at, opted_out, crisis_at, minor, "
            "erased_at, channel, address FROM users LEFT JOIN addresses USING (user) "
            f"WHERE users.user IN {placeholders(user.all)} ORDER BY channel, address",
            user.all,
        )
        for key in user.all:
            own = [row[1:] for row in rows if row[0] == key]
            if own:
                return _record(own)
        return UserRecord()

    def apply(
        self,
        connection: sqlite3.Connection,
        user: Pseudonym,
        change: UserChange,
        *,
        at: datetime,
        address: Address | None = None,
    ) -> None:
        """Applies one message's change within the transaction of ``connection``."""
        if change == UserChange() and address is None:
            return
        stamp = rfc3339(at)
        if change.erase:
            connection.execute(
                f"DELETE FROM users WHERE user IN {placeholders(user.all)}", user.all
            )
        else:
            _adopt(connection, user)
        connection.execute(
            "INSERT INTO users (user) VALUES (?) ON CONFLICT DO NOTHING", (user.current,)
        )
        for assignment, value in _assignments(change):
            connection.execute(
                f"UPDATE users SET {assignment} WHERE user = :user",
                {"user": user.current, "at": stamp, "value": value},
            )
        if address is not None and not change.erase:
            connection.execute(
                "INSERT INTO addresses (user, channel, address) VALUES (?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (user.current, storable(address.channel), storable(address.address)),
            )

    async def erase(self, user: Pseudonym) -> bool:
        """Erases the record and the addresses; tells whether there was anything.

        What the ledger keeps besides is the matter of :meth:`bot.ledger.ledger.Ledger.erase`.
        """
        at = utc_now()

        def unit(connection: sqlite3.Connection) -> bool:
            found = connection.execute(
                f"SELECT 1 FROM users WHERE user IN {placeholders(user.all)}", user.all
            ).fetchone()
            self.apply(connection, user, UserChange(erase=True), at=at)
            return found is not None

        return await self._writer.commit(unit)


def _adopt(connection: sqlite3.Connection, user: Pseudonym) -> None:
    """Moves a record from the hash of an older key to the current one."""
    for key in user.former:
        connection.execute(
            "UPDATE users SET user = :current WHERE user = :former "
            "AND NOT EXISTS (SELECT 1 FROM users WHERE user = :current)",
            {"current": user.current, "former": key},
        )


def _assignments(change: UserChange) -> list[tuple[str, Any]]:
    """The columns that the change sets; ``:at`` and ``:value`` are filled in by the caller."""
    found: list[tuple[str, Any]] = []
    if change.erase:
        found.append(("erased_at = :at", None))
    if change.informed is not None:
        found.append(
            ("informed_at = CASE WHEN :value THEN coalesce(informed_at, :at) END", change.informed)
        )
    if change.consent is not None:
        found.append(
            (
                "consent_at = CASE WHEN consent IS :value THEN consent_at ELSE :at END, "
                "consent = :value",
                change.consent,
            )
        )
    if change.opted_out is not None:
        found.append(("opted_out = :value", change.opted_out))
    if change.crisis is not None:
        found.append(("crisis_at = CASE WHEN :value THEN :at END", change.crisis))
    if change.minor is not None:
        found.append(("minor = :value", change.minor))
    return found


def _record(rows: Sequence[Sequence[Any]]) -> UserRecord:
    """Builds the record from its row, which stands there once for each address."""
    informed_at, consent, consent_at, opted_out, crisis_at, minor, erased_at, *_ = rows[0]
    return UserRecord(
        informed_at=_time(informed_at),
        consent=None if consent is None else Consent(bool(consent), parse_time(consent_at)),
        opted_out=bool(opted_out),
        crisis_at=_time(crisis_at),
        minor=bool(minor),
        addresses=tuple(Address(row[-2], row[-1]) for row in rows if row[-1] is not None),
        erased_at=_time(erased_at),
    )


def _time(text: str | None) -> datetime | None:
    return None if text is None else parse_time(text)
