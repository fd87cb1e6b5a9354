"""What rises becomes an alert: one for a wave, told once, and kept until a person has looked at it."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from bot.ledger.encoding import rfc3339, to_json
from bot.ledger.outbox import publish
from bot.radar.alert_event import alert_event
from bot.radar.detector import Evaluation, Rising

QUIET_DAYS: Final = 14
"""How long something must have been down before it can raise another alert."""
OVERLAP: Final = 0.5
"""What shares so many of its reporters with a running alert belongs to that."""
GROWN: Final = 2.0
"""How many times the most reporters that it had before bring back what was dismissed."""
EXAMPLES: Final = 5


@dataclass
class _Running:
    """An alert that goes on; ``users`` are those of this evaluation."""

    id: str
    dismissed: bool
    peaks: dict[str, int] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    joined: list[Rising] = field(default_factory=list)


def keep(
    connection: sqlite3.Connection, evaluation: Evaluation, source: str, now: datetime
) -> list[str]:
    """Writes what an evaluation found, within a unit of the ledger's writer; returns the ids of new alerts.

    What goes on is noted, what belongs to a running alert joins that, and the rest raises alerts and publishes
    their events. An evaluation that is kept again raises nothing.
    """
    running = _running(connection, evaluation.day)
    news: list[tuple[Rising, str | None]] = []
    for rising in evaluation.risings:
        own = next((alert for alert in running if rising.key in alert.peaks), None)
        if own is not None and not _is_back(own, rising):
            _go_on(connection, own, rising, evaluation.day)
        elif rising.alarming:
            news.append((rising, own.id if own else None))
    raised: list[_Running] = []
    for rising, follows in news:
        home = None if follows else _home(running, rising)
        if home is None:
            home = _raise(connection, rising, evaluation.day, now, follows)
            running.insert(0, home)
            raised.append(home)
        _join(connection, home, rising, evaluation.day)
    for alert in raised:
        publish(
            connection, alert_event(connection, alert.id, alert.joined, evaluation.day, now), source
        )
    return [alert.id for alert in raised]


def _running(connection: sqlite3.Connection, day: int) -> list[_Running]:
    """Alerts of which anything was up lately, the newest first."""
    rows = connection.execute(
        "SELECT id, state = 'dismissed', key, peak FROM radar_alerts JOIN radar_risings ON alert = id "
        "WHERE id IN (SELECT alert FROM radar_risings WHERE last_day >= ?) ORDER BY raised_at DESC, id",
        (day - QUIET_DAYS,),
    )
    found: dict[str, _Running] = {}
    for id, dismissed, key, peak in rows:
        found.setdefault(id, _Running(id, bool(dismissed))).peaks[key] = peak
    return list(found.values())


def _is_back(alert: _Running, rising: Rising) -> bool:
    return (
        alert.dismissed
        and rising.alarming
        and rising.week.counted >= GROWN * alert.peaks[rising.key]
    )


def _go_on(connection: sqlite3.Connection, alert: _Running, rising: Rising, day: int) -> None:
    alert.users |= rising.users
    # The peak of a dismissed one stays: however slowly it grows from there, it comes back.
    peak = 0 if alert.dismissed else rising.week.counted
    connection.execute(
        "UPDATE radar_risings SET peak = max(peak, ?), last_day = max(last_day, ?) "
        "WHERE alert = ? AND key = ?",
        (peak, day, alert.id, rising.key),
    )


def _home(running: Sequence[_Running], rising: Rising) -> _Running | None:
    """The alert with which it shares most reporters, if these are enough."""
    shared = [
        (len(rising.users & alert.users), -place)
        for place, alert in enumerate(running)
        if not alert.dismissed
    ]
    most, place = max(shared, default=(0, 0))
    return running[-place] if most >= OVERLAP * len(rising.users) else None


def _raise(
    connection: sqlite3.Connection, rising: Rising, day: int, now: datetime, follows: str | None
) -> _Running:
    id = hashlib.sha256(f"{rising.key} {day} {follows or ''}".encode()).hexdigest()[:32]
    connection.execute(
        "INSERT INTO radar_alerts (id, raised_at, day, follows) VALUES (?, ?, ?, ?)",
        (id, rfc3339(now), day, follows),
    )
    return _Running(id, dismissed=False)


def _join(connection: sqlite3.Connection, alert: _Running, rising: Rising, day: int) -> None:
    connection.execute(
        "INSERT INTO radar_risings (alert, key, place, joined, reporters, known, expected, past, chance, since, "
        "examples, peak, last_day) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            alert.id,
            rising.key,
            len(alert.peaks),
            day,
            rising.week.all,
            rising.week.known,
            rising.expected,
            to_json(list(rising.past)),
            rising.chance,
            rising.since,
            to_json(list(rising.signals[:EXAMPLES])),
            rising.week.counted,
            day,
        ),
    )
    alert.peaks[rising.key] = rising.week.counted
    alert.users |= rising.users
    alert.joined.append(rising)
