"""What partners have listed: imported with its origin, kept until it ends, taken back when they take it back."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from typing import Any, Final

from actions.facts import BEIJING
from bot.audit import Actor, note
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.writer import Writer
from bot.sharing.partner_lists import Listed
from bot.sharing.reading_lists import read_list

LONGEST_DAYS: Final = 3650
# A transaction of a whole list would keep messages waiting for the disk.
_AT_ONCE: Final = 500

_COLUMNS: Final = "key, hash, tlp, codes, listed_on, version, disputed, retracted_at, expires_at"


@dataclass(frozen=True)
class Import:
    """What a list changed; ``problems`` has one line for each entry that could not be read."""

    added: int
    changed: int
    retracted: int
    unchanged: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Partner:
    """A partner by what is kept of its lists; ``hashed`` of the ``live`` entries are keyed hashes."""

    name: str
    live: int
    hashed: int
    disputed: int
    retracted: int
    ends_at: datetime | None
    imported_at: datetime
    imported_by: str


class PartnerBook:
    """The partners' lists; reads are short and blocking."""

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        *,
        official: frozenset[str] = frozenset(),
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Puts the parts together; ``official`` are contact keys that no list may bring in."""
        self._reader = reader
        self._writer = writer
        self._official = official
        self._clock = clock

    async def add_list(
        self, name: str, data: bytes, partner: str, days: int, actor: Actor, *, whole: bool = False
    ) -> Import:
        """Imports a list; the same list again changes nothing but how long its entries stay.

        Entries end after ``days``, or earlier if the partner says so. With ``whole`` the list is all that the
        partner knows, so whatever it lacks is taken back. An entry that was taken back stays so.

        Raises:
            SharingError: when the file cannot be read at all; nothing was imported then.
            LedgerError: when the ledger fails; importing the list again goes on where it ended.
        """
        now = self._clock()
        today = now.astimezone(BEIJING).date()
        reading = await asyncio.to_thread(read_list, data, today)
        ours = [item for item in reading.listed if str(item.key) in self._official]
        problems = (
            *reading.problems,
            *(f"{item.key}: an official contact, left out" for item in ours),
        )
        listed = {item.ref: item for item in reading.listed if item not in ours}
        digest = hashlib.sha256(data).hexdigest()
        until = now + timedelta(days=days)

        counts = {"added": 0, "changed": 0, "retracted": 0, "unchanged": 0}
        rows = list(listed.values())
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            done = await self._writer.commit(partial(_merge_all, partner, part, now, until, digest))
            for outcome in done:
                counts[outcome] += 1

        def unit(connection: sqlite3.Connection) -> Import:
            # What has ended is not kept for longer than until the next list.
            connection.execute("DELETE FROM partner_entries WHERE expires_at <= ?", (rfc3339(now),))
            ended = _end_missing(connection, partner, listed, now) if whole else 0
            total = {**counts, "retracted": counts["retracted"] + ended}
            _note_import(connection, actor, partner, name, digest, total, len(problems), now)
            return Import(**total, problems=problems)

        return await self._writer.commit(unit)

    def partners(self) -> list[Partner]:
        """All partners that ever sent a list, in the order of their names.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._reader.rows(
            "SELECT i.partner, i.at, i.actor, "
            "count(e.ref) FILTER (WHERE e.retracted_at IS NULL AND e.expires_at > ?1), "
            "count(e.hash) FILTER (WHERE e.retracted_at IS NULL AND e.expires_at > ?1), "
            "count(e.ref) FILTER (WHERE e.retracted_at IS NULL AND e.expires_at > ?1 AND e.disputed), "
            "count(e.retracted_at), max(e.expires_at) FILTER (WHERE e.retracted_at IS NULL) "
            "FROM partner_imports AS i LEFT JOIN partner_entries AS e ON e.partner = i.partner "
            "WHERE i.seq IN (SELECT max(seq) FROM partner_imports GROUP BY partner) "
            "GROUP BY i.partner ORDER BY i.partner",
            (rfc3339(self._clock()),),
        )
        return [
            Partner(
                name,
                live,
                hashed,
                disputed,
                retracted,
                parse_time(ends) if ends else None,
                parse_time(at),
                by,
            )
            for name, at, by, live, hashed, disputed, retracted, ends in rows
        ]


def _merge_all(
    partner: str,
    part: Sequence[Listed],
    now: datetime,
    until: datetime,
    digest: str,
    connection: sqlite3.Connection,
) -> list[str]:
    return [_merge(connection, partner, item, now, _end(item, until), digest) for item in part]


def _merge(
    connection: sqlite3.Connection,
    partner: str,
    item: Listed,
    now: datetime,
    expires_at: datetime,
    digest: str,
) -> str:
    """Writes one entry and says whether it was ``added``, ``changed``, ``retracted`` or is ``unchanged``."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM partner_entries WHERE partner = ? AND ref = ?",  # noqa: S608
        (partner, item.ref),
    ).fetchone()
    new = _values(item, now, expires_at)
    if row is None:
        if item.retracted or expires_at <= now:
            return "unchanged"
        connection.execute(
            f"INSERT INTO partner_entries (partner, ref, {_COLUMNS}, imported_at, file_sha256) "  # noqa: S608
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (partner, item.ref, *new, rfc3339(now), digest),
        )
        return "added"
    *before, retracted_at, ends = row
    if retracted_at is not None or item.version < row[5]:
        return "unchanged"
    if (tuple(before), None, ends) == (new[:-2], *new[-2:]):
        return "unchanged"
    connection.execute(
        "UPDATE partner_entries SET key = ?, hash = ?, tlp = ?, codes = ?, listed_on = ?, version = ?, "
        "disputed = ?, retracted_at = ?, expires_at = ?, imported_at = ?, file_sha256 = ? "
        "WHERE partner = ? AND ref = ?",
        (*new, rfc3339(now), digest, partner, item.ref),
    )
    if item.retracted:
        return "retracted"
    return "unchanged" if tuple(before) == new[:-2] else "changed"


def _values(item: Listed, now: datetime, expires_at: datetime) -> tuple[Any, ...]:
    return (
        str(item.key) if item.key else None,
        item.hash,
        item.tlp.value,
        to_json(list(item.codes)),
        item.listed_on.isoformat(),
        item.version,
        int(item.disputed),
        rfc3339(now) if item.retracted else None,
        rfc3339(expires_at),
    )


def _end(item: Listed, until: datetime) -> datetime:
    if item.valid_until is None:
        return until
    last: date = item.valid_until + timedelta(days=1)
    return min(until, datetime.combine(last, time.min, timezone.utc))


def _end_missing(
    connection: sqlite3.Connection,
    partner: str,
    listed: Collection[str],
    now: datetime,
) -> int:
    known = connection.execute(
        "SELECT ref FROM partner_entries WHERE partner = ? AND retracted_at IS NULL", (partner,)
    ).fetchall()
    missing = [ref for (ref,) in known if ref not in listed]
    connection.executemany(
        "UPDATE partner_entries SET retracted_at = ? WHERE partner = ? AND ref = ?",
        [(rfc3339(now), partner, ref) for ref in missing],
    )
    return len(missing)


def _note_import(
    connection: sqlite3.Connection,
    actor: Actor,
    partner: str,
    name: str,
    digest: str,
    counts: dict[str, int],
    bad: int,
    now: datetime,
) -> None:
    connection.execute(
        "INSERT INTO partner_imports (at, actor, partner, file_name, file_sha256, added, changed, retracted, bad) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            rfc3339(now),
            actor.name,
            partner,
            name,
            digest,
            counts["added"],
            counts["changed"],
            counts["retracted"],
            bad,
        ),
    )
    note(
        connection, actor, "share.import", partner, {**counts, "bad": bad, "sha256": digest}, at=now
    )
