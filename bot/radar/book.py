"""The alerts as people read them, and what people make of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from bot.audit import Actor, note
from bot.ledger.database import Reader
from bot.ledger.encoding import parse_time, rfc3339, utc_now
from bot.ledger.writer import Writer
from bot.masking import mask_secrets
from bot.radar.counting import WEEK, Reporters

NEW, SEEN, DISMISSED = STATES = ("new", "seen", "dismissed")
LONGEST_REASON: Final = 500


class RadarError(Exception):
    """What was asked cannot be done; the message is one line."""


class UnknownAlert(RadarError):
    """There is no such alert."""


class AlreadyMarked(RadarError):
    """Somebody was faster: the alert is in that state already."""


@dataclass(frozen=True)
class RisingNote:
    """One thing that rose in an alert, as of the day on which it joined.

    ``past`` holds the counted reporters of the twelve weeks before, newest first. ``peak`` is the most that were
    counted since, up to a dismissal, ``last_day`` the last day on which it was still up; days are numbers of
    :func:`bot.radar.mentions.day_of`. ``examples`` are ``seq`` of signals.
    """

    key: str
    joined: int
    reporters: int
    known: int
    expected: float
    past: tuple[int, ...]
    chance: float
    since: int
    examples: tuple[int, ...]
    peak: int
    last_day: int

    @property
    def kind(self) -> str:
        """The kind of contact, ``agency`` or ``word``."""
        return self.key.partition(":")[0]

    @property
    def value(self) -> str:
        """The contact, the agency or the word."""
        return self.key.partition(":")[2]

    @property
    def counted(self) -> int:
        """How many of the reporters are believed, see :class:`bot.radar.counting.Reporters`."""
        return Reporters(self.reporters, self.known).counted


@dataclass(frozen=True)
class Alert:
    """An alert with all that rose in it, what raised it first; ``by``, ``at`` and ``reason`` are of its last state."""

    id: str
    raised_at: datetime
    day: int
    state: str
    by: str | None
    at: datetime | None
    reason: str | None
    follows: str | None
    risings: tuple[RisingNote, ...]

    @property
    def main(self) -> RisingNote:
        """What raised it."""
        return self.risings[0]

    @property
    def last_day(self) -> int:
        """The last day on which anything of it was up."""
        return max(rising.last_day for rising in self.risings)

    def is_up(self, today: int) -> bool:
        """Whether it still goes on."""
        return today - self.last_day < WEEK


@dataclass(frozen=True)
class Example:
    """A signal that speaks of what rose: its event id, its time, and the masked words of the borrower."""

    event_id: str
    time: datetime
    code: str
    stage: str
    texts: tuple[str, ...]


class AlertBook:
    """Reads alerts and writes down what people make of them. All reads are short and blocking."""

    def __init__(
        self, reader: Reader, writer: Writer | None = None, clock: Callable[[], datetime] = utc_now
    ) -> None:
        """Takes a writer only where alerts are changed."""
        self._reader = reader
        self._writer = writer
        self._clock = clock

    def latest(
        self, state: str | None = None, kind: str | None = None, limit: int = 50
    ) -> list[Alert]:
        """The newest alerts, newest first; ``kind`` is that of what raised them.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        return self._select(state, kind, None, limit)

    def get(self, id: str) -> Alert | None:
        """The alert with that id.

        Raises:
            LedgerError: when the ledger cannot be read.
        """
        found = self._select(None, None, id, 1)
        return found[0] if found and found[0].id == id else None

    def find(self, id: str) -> Alert:
        """The alert whose id begins so.

        Raises:
            RadarError: when there is none, or several.
        """
        wanted = id.strip().lower()
        found = self._select(None, None, wanted, 2) if wanted else []
        if not found:
            raise UnknownAlert(f"no alert with the id {id!r}; see: jingzhong radar list")
        if len(found) > 1:
            raise RadarError(f"several alerts have an id that begins with {id!r}; give more of it")
        return found[0]

    def examples(self, rising: RisingNote) -> list[Example]:
        """The signals that stand for it, as far as the ledger still has them."""
        rows = self._reader.rows(
            "SELECT id, body FROM events WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
            (json.dumps(rising.examples),),
        )
        return [_example(id, json.loads(body)) for id, body in rows]

    def daily(self, key: str, today: int, days: int) -> list[int]:
        """How many people reported a contact or agency on each of the last days, oldest first; zeros for a word."""
        rows = self._reader.rows(
            "SELECT day, count(*) FROM radar_reports WHERE key = ? AND day > ? GROUP BY day",
            (key, today - days),
        )
        counts = dict(rows)
        return [counts.get(day, 0) for day in range(today - days + 1, today + 1)]

    async def acknowledge(self, id: str, actor: Actor) -> Alert:
        """Notes that a person has seen a new alert, or takes a dismissal back.

        Raises:
            RadarError: when there is no such alert, or it has been seen already.
            LedgerError: when it cannot be written.
        """
        return await self._move(id, SEEN, actor, None)

    async def dismiss(self, id: str, actor: Actor, reason: str) -> Alert:
        """Puts an alert aside; ``reason`` is kept with the secrets of people in it masked.

        What was dismissed comes back as another alert when twice as many report it.

        Raises:
            RadarError: without a reason, when there is no such alert, or when it is dismissed already.
            LedgerError: when it cannot be written.
        """
        said = mask_secrets(" ".join(reason.split()))
        if not 0 < len(said) <= LONGEST_REASON:
            raise RadarError(f"a dismissal needs a reason of at most {LONGEST_REASON} characters")
        return await self._move(id, DISMISSED, actor, said)

    async def _move(self, id: str, state: str, actor: Actor, reason: str | None) -> Alert:
        assert self._writer is not None, "the book was opened for reading"
        at = self._clock()

        def unit(connection: sqlite3.Connection) -> None:
            found = connection.execute(
                "SELECT state, by FROM radar_alerts WHERE id = ?", (id,)
            ).fetchone()
            if found is None:
                raise UnknownAlert(f"there is no alert {id}")
            if found[0] == state:
                raise AlreadyMarked(f"{found[1]} has marked the alert as {state} already")
            connection.execute(
                "UPDATE radar_alerts SET state = ?, by = ?, at = ?, reason = ? WHERE id = ?",
                (state, actor.name, rfc3339(at), reason, id),
            )
            note(connection, actor, f"radar.{state}", id, {"was": found[0], "is": state}, at=at)

        await self._writer.commit(unit)
        alert = self.get(id)
        assert alert is not None
        return alert

    def _select(
        self, state: str | None, kind: str | None, beginning: str | None, limit: int
    ) -> list[Alert]:
        # "g" is the first letter that no id holds.
        alerts = self._reader.rows(
            "SELECT id, raised_at, day, state, by, at, reason, follows FROM radar_alerts "
            "WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR EXISTS (SELECT 1 FROM radar_risings "
            "WHERE alert = id AND place = 0 AND substr(key, 1, length(?2) + 1) = ?2 || ':')) "
            "AND (?3 IS NULL OR (id >= ?3 AND id < ?3 || 'g')) ORDER BY raised_at DESC, id LIMIT ?4",
            (state, kind, beginning, limit),
        )
        rows = self._reader.rows(
            "SELECT alert, key, joined, reporters, known, expected, past, chance, since, examples, peak, last_day "
            "FROM radar_risings WHERE alert IN (SELECT value FROM json_each(?)) ORDER BY alert, place",
            (json.dumps([row[0] for row in alerts]),),
        )
        risings: dict[str, list[RisingNote]] = {}
        for id, *rest in rows:
            risings.setdefault(id, []).append(_rising(rest))
        return [_alert(row, tuple(risings[row[0]])) for row in alerts]


def _alert(row: Sequence[Any], risings: tuple[RisingNote, ...]) -> Alert:
    id, raised_at, day, state, by, at, reason, follows = row
    moved = parse_time(at) if at else None
    return Alert(id, parse_time(raised_at), day, state, by, moved, reason, follows, risings)


def _rising(row: Sequence[Any]) -> RisingNote:
    key, joined, reporters, known, expected, past, chance, since, examples, peak, last_day = row
    return RisingNote(
        key=key,
        joined=joined,
        reporters=reporters,
        known=known,
        expected=expected,
        past=tuple(json.loads(past)),
        chance=chance,
        since=since,
        examples=tuple(json.loads(examples)),
        peak=peak,
        last_day=last_day,
    )


def _example(id: str, event: dict[str, Any]) -> Example:
    data = event["data"]
    return Example(
        id, parse_time(event["time"]), data["code"], data["stage"], tuple(data["evidence"])
    )
