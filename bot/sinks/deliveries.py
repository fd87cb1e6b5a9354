"""What people see of deliveries and do about them; for command line, console and API, beside a running service."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from bot.audit import Actor, note
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, to_json, utc_now
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from bot.sinks.cursor import lag_after, refusals_of

_DEAD: Final = (
    "SELECT d.sink, e.seq, e.id, e.type, e.code, d.lane, d.tries, d.reason, d.dead_at "
    "FROM deliveries d JOIN events e ON e.seq = d.seq "
    "WHERE d.dead_at IS NOT NULL AND (?1 IS NULL OR d.sink = ?1) AND (d.seq, d.sink) > (?2, ?3) "
    "ORDER BY d.seq, d.sink LIMIT ?4"
)
# With min() the other columns are those of the row in which it was found: the next of each contact.
_STUCK: Final = (
    "SELECT d.sink, min(d.seq), e.id, d.lane, count(*), d.tries, coalesce(d.reason, ''), d.due_at "
    "FROM deliveries d JOIN events e ON e.seq = d.seq "
    "WHERE d.dead_at IS NULL AND (?1 IS NULL OR d.sink = ?1) "
    "GROUP BY d.sink, d.lane ORDER BY d.due_at LIMIT ?2"
)
_REVIVE: Final = (
    "UPDATE deliveries SET dead_at = NULL, tries = 0, due_at = ?1 WHERE dead_at IS NOT NULL "
    "AND (?2 IS NULL OR sink = ?2) "
    "AND (?3 IS NULL OR seq IN (SELECT seq FROM events WHERE id IN (SELECT value FROM json_each(?3))))"
)


class DeliveryError(Exception):
    """What was asked for cannot be done; one line with the mend."""


@dataclass(frozen=True)
class SinkState:
    """How deliveries to one sink stand.

    ``seq`` is its cursor; ``events`` and ``seconds`` are what it lacks and the age of the oldest of that, of which
    ``waiting`` were refused or are behind such; ``dead`` are dead letters. ``trouble`` is why nothing goes to it, in
    one line, since ``trouble_since``. ``replaying`` counts the events that are still to be repeated.
    """

    sink: str
    seq: int
    events: int
    seconds: float
    waiting: int
    dead: int
    replaying: int
    trouble: str | None
    trouble_since: str | None

    def as_json(self) -> dict[str, Any]:
        """The state as a mapping."""
        return asdict(self)


@dataclass(frozen=True)
class DeadLetter:
    """An event that a sink's receiver refused too often; ``contact`` is what its order is kept with."""

    sink: str
    seq: int
    id: str
    type: str
    code: str
    contact: str
    tries: int
    reason: str
    dead_at: str

    def as_json(self) -> dict[str, Any]:
        """The letter as a mapping."""
        return asdict(self)


@dataclass(frozen=True)
class StuckContact:
    """A contact whose next event, ``id``, a sink's receiver has refused; ``events`` of it wait, that one too."""

    sink: str
    seq: int
    id: str
    contact: str
    events: int
    tries: int
    reason: str
    due_at: str

    def as_json(self) -> dict[str, Any]:
        """The contact as a mapping."""
        return asdict(self)


class Deliveries:
    """The deliveries of a ledger. What is asked for here is taken up by whoever forwards, within a second or so."""

    def __init__(self, reader: Reader, writer: Writer | None = None) -> None:
        """Takes the writer too where something is to be done."""
        self._view = LedgerView(reader)
        self._writer = writer

    def sinks(self) -> list[str]:
        """The names of the sinks that the ledger knows, in their order."""
        rows = self._view.reader.rows(
            "SELECT name FROM sinks UNION SELECT DISTINCT sink FROM deliveries ORDER BY 1"
        )
        return [name for (name,) in rows]

    def state(
        self, sink: str, types: frozenset[str] | None = None, now: datetime | None = None
    ) -> SinkState:
        """How one sink stands that gets events of these types, all if none are named; short blocking reads.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        reader = self._view.reader
        rows = reader.rows("SELECT seq, trouble, trouble_since FROM sinks WHERE name = ?", (sink,))
        seq, trouble, since = rows[0] if rows else (0, None, None)
        lag = lag_after(self._view, seq, now or utc_now(), sink, types)
        replaying = reader.rows(
            "SELECT coalesce(sum(max(0, min(coalesce(last, ?1), ?1) - next + 1)), 0) FROM replays "
            "WHERE sink = ?2 AND ended_at IS NULL",
            (seq, sink),
        )
        refusals = refusals_of(reader, sink)
        return SinkState(
            sink,
            *(seq, lag.events, lag.seconds, refusals.waiting, refusals.dead),
            replaying[0][0] if replaying else 0,
            *(trouble, since),
        )

    def dead(
        self, sink: str | None = None, *, after: tuple[int, str] = (0, ""), limit: int = 100
    ) -> list[DeadLetter]:
        """Dead letters, the oldest events first, behind the ``(seq, sink)`` of the page before.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._view.reader.rows(_DEAD, (sink, *after, limit))
        return [DeadLetter(*row) for row in rows]

    def stuck(self, sink: str | None = None, *, limit: int = 100) -> list[StuckContact]:
        """The contacts that wait for another try, those first that are tried next.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return [StuckContact(*row) for row in self._view.reader.rows(_STUCK, (sink, limit))]

    async def retry(
        self, actor: Actor, *, sink: str | None = None, ids: Sequence[str] | None = None
    ) -> int:
        """Lets dead letters be tried again, of one sink or with these ids or both; says how many.

        They are handed over before what waits of the same contact, but after what has gone past them.

        Raises:
            DeliveryError: when neither is named.
            LedgerError: when it cannot be written.
        """
        if sink is None and ids is None:
            raise DeliveryError("name a sink or the ids of events")
        now = utc_now()
        chosen = None if ids is None else to_json(list(ids))

        def unit(connection: sqlite3.Connection) -> int:
            revived = connection.execute(_REVIVE, (rfc3339(now), sink, chosen)).rowcount
            if revived:
                told = {"events": revived, **({"ids": list(ids)} if ids else {})}
                note(connection, actor, "sink.retry", sink or "all", told, at=now)
            return revived

        return await self._writing.commit(unit)

    async def replay(self, actor: Actor, sink: str, first: int, last: int | None = None) -> int:
        """Has a sink's events from ``first`` up to ``last`` handed over again, or up to where it has got.

        New events wait until that is done. Says how many places of the ledger that is.

        Raises:
            DeliveryError: when the sink has not had any of them.
            LedgerError: when it cannot be written.
        """
        now = utc_now()

        def unit(connection: sqlite3.Connection) -> int:
            found = connection.execute("SELECT seq FROM sinks WHERE name = ?", (sink,)).fetchone()
            if found is None:
                raise DeliveryError(
                    f"no sink {sink!r} has had events; see: jingzhong signals sinks"
                )
            end = found[0] if last is None else min(last, found[0])
            if first > end:
                raise DeliveryError(
                    f"{sink} has had events up to {found[0]}, none from {first} on"
                    + (f" up to {last}" if last is not None else "")
                    + "; name an earlier one"
                )
            connection.execute(
                "INSERT INTO replays (sink, next, last, asked_by, asked_at) VALUES (?, ?, ?, ?, ?)",
                (sink, first, last, actor.name, rfc3339(now)),
            )
            note(connection, actor, "sink.replay", sink, {"first": first, "last": last}, at=now)
            return int(end - first + 1)

        return await self._writing.commit(unit)

    def first_since(self, moment: datetime) -> int | None:
        """The ``seq`` of the first event of that time or later; looks through the whole ledger.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        rows = self._view.reader.rows(
            "SELECT min(seq) FROM events WHERE time >= ?", (rfc3339(moment),)
        )
        return rows[0][0] if rows else None

    @property
    def _writing(self) -> Writer:
        assert self._writer is not None, "these deliveries are for reading"
        return self._writer


def parse_moment(text: str) -> datetime:
    """Reads a time such as ``2026-11-29``, ``2026-11-29T08:00`` or with a zone; without one it is UTC.

    Raises:
        ValueError: when it is none.
    """
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else parse_time(moment.isoformat())
