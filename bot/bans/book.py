"""The bans on record: who is slowed down, by whom, until when."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from bot.audit import Actor, note
from bot.hashing import Pseudonym
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.writer import Writer

LONGEST: Final = timedelta(days=90)
LONGEST_REASON: Final = 200
_COLUMNS: Final = "id, user, channel, reason, by, at, until, lifted_by, lifted_at"
_IN_FORCE: Final = "lifted_at IS NULL AND until > ?"
_LIST: Final = f"SELECT {_COLUMNS} FROM bans WHERE ? OR ({_IN_FORCE}) ORDER BY id DESC LIMIT ?"  # noqa: S608
_ENDS: Final = f"SELECT user, max(until) FROM bans WHERE {_IN_FORCE} GROUP BY user"  # noqa: S608
_REPLACE: Final = (
    "UPDATE bans SET lifted_at = :now, lifted_by = :actor WHERE lifted_at IS NULL AND until > :now "
    "AND user IN (SELECT value FROM json_each(:users))"
)
_ADD: Final = (
    "INSERT INTO bans (user, channel, reason, by, at, until) VALUES (?, ?, ?, ?, ?, ?) "  # noqa: S608
    f"RETURNING {_COLUMNS}"
)
_LIFT: Final = (
    f"UPDATE bans SET lifted_at = ?, lifted_by = ? WHERE id = ? AND {_IN_FORCE} "  # noqa: S608
    f"RETURNING {_COLUMNS}"
)


class BanError(Exception):
    """A ban cannot be made or lifted so; the message is one line, ``reason`` names the cause."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True)
class Ban:
    """One ban. ``reason`` is empty where the service made it by itself, for a flood."""

    id: int
    user: str
    channel: str
    reason: str
    by: str
    at: datetime
    until: datetime
    lifted_by: str | None = None
    lifted_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.lifted_at is None and self.until > now

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The ban as commands and the API show it."""
        return {
            "id": self.id,
            "user": self.user,
            "channel": self.channel,
            "reason": self.reason,
            "by": self.by,
            "at": rfc3339(self.at),
            "until": rfc3339(self.until),
            "in_force": self.holds(now),
            "lifted_by": self.lifted_by,
            "lifted_at": rfc3339(self.lifted_at) if self.lifted_at else None,
        }


class BanBook:
    """Reads and changes the bans; every change is audited."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Without a writer the bans can only be read."""
        self._reader = reader
        self._writer = writer
        self._clock = clock

    def list(self, limit: int = 200, *, ended: bool = True) -> list[Ban]:
        """The newest bans, newest first; with ``ended=False`` those in force alone.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(_LIST, (ended, rfc3339(self._clock()), limit))
        return [_ban(row) for row in rows]

    def in_force(self) -> Mapping[str, datetime]:
        """The end of the ban of everybody who is banned, by keyed hash; a short blocking read.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(_ENDS, (rfc3339(self._clock()),))
        return {str(user): parse_time(until) for user, until in rows}

    async def add(
        self, user: Pseudonym, term: timedelta, actor: Actor, *, reason: str = "", channel: str = ""
    ) -> Ban:
        """Bans a person from now on for a term; one that is banned already gets the new term.

        Raises:
            BanError: when the term or the reason cannot be taken.
            LedgerError: when it cannot be written.
        """
        if not timedelta(minutes=1) <= term <= LONGEST:
            raise BanError("term", f"a ban lasts from a minute to {LONGEST.days} days")
        if len(reason) > LONGEST_REASON:
            raise BanError("reason", f"the reason has more than {LONGEST_REASON} characters")
        now = self._clock()

        def unit(connection: sqlite3.Connection) -> Ban:
            connection.execute(
                _REPLACE, {"now": rfc3339(now), "actor": actor.name, "users": to_json(user.all)}
            )
            row = (user.current, channel, reason, actor.name, rfc3339(now), rfc3339(now + term))
            added = connection.execute(_ADD, row).fetchall()
            ban = _ban(added[0])
            detail = {"ban": ban.id, "until": rfc3339(ban.until), "reason": reason}
            note(connection, actor, "ban.add", user.current, detail, at=now)
            return ban

        return await self._writing.commit(unit)

    async def lift(self, id: int, actor: Actor) -> Ban:
        """Ends a ban before its time.

        Raises:
            BanError: when there is no such ban, or it has ended.
            LedgerError: when it cannot be written.
        """
        now = self._clock()

        def unit(connection: sqlite3.Connection) -> Ban:
            values = (rfc3339(now), actor.name, id, rfc3339(now))
            rows = connection.execute(_LIFT, values).fetchall()
            if not rows:
                known = connection.execute("SELECT 1 FROM bans WHERE id = ?", (id,)).fetchone()
                raise _not_liftable(id, known=known is not None)
            ban = _ban(rows[0])
            note(connection, actor, "ban.lift", ban.user, {"ban": id}, at=now)
            return ban

        return await self._writing.commit(unit)

    @property
    def _writing(self) -> Writer:
        assert self._writer is not None, "this book is for reading"
        return self._writer


def _not_liftable(id: int, *, known: bool) -> BanError:
    if known:
        return BanError("over", f"ban {id} has ended already")
    return BanError("unknown", f"there is no ban {id}; see: jingzhong bans list")


def _ban(row: Sequence[Any]) -> Ban:
    id, user, channel, reason, by, at, until, lifted_by, lifted_at = row
    return Ban(
        *(id, user, channel, reason, by),
        parse_time(at),
        parse_time(until),
        lifted_by,
        parse_time(lifted_at) if lifted_at else None,
    )
