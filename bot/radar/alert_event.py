"""The event of an alert; ``bot/schemas/radar.alert.v1.json`` describes its ``data``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bot.ledger.events import USE_RESTRICTION
from bot.ledger.outbox import OutboxEvent
from bot.radar.counting import WEEK
from bot.radar.detector import Rising
from bot.radar.mentions import date_of

ALERT_TYPE: Final = "jingzhong.radar.alert.v1"
_SIGNALS: Final = 20


def alert_event(
    connection: sqlite3.Connection, alert: str, risings: Sequence[Rising], day: int, now: datetime
) -> OutboxEvent:
    """The event of a new alert, from what rises in it, the most surprising first."""
    signals = list(dict.fromkeys(seq for rising in risings for seq in rising.signals))
    return OutboxEvent(
        id=alert,
        type=ALERT_TYPE,
        time=now,
        subject=risings[0].key,
        data={
            "alert": alert,
            "window": {
                "from": date_of(day - WEEK + 1).isoformat(),
                "to": date_of(day).isoformat(),
            },
            "risings": [_rising(rising) for rising in risings],
            "codes": _codes(connection, signals),
            "signals": _ids(connection, signals[:_SIGNALS]),
            "use_restriction": USE_RESTRICTION,
        },
    )


def _rising(rising: Rising) -> dict[str, Any]:
    kind, _, value = rising.key.partition(":")
    return {
        "kind": kind,
        "value": value,
        "since": date_of(rising.since).isoformat(),
        "reporters": rising.week.all,
        "known_reporters": rising.week.known,
        "expected": round(rising.expected, 2),
        "past_weeks": list(rising.past),
        "chance": rising.chance,
    }


def _codes(connection: sqlite3.Connection, signals: Sequence[int]) -> dict[str, int]:
    """How many people told of it under which threat code, the most frequent first."""
    rows = connection.execute(
        "SELECT code, count(DISTINCT user) AS users FROM events WHERE seq IN (SELECT value FROM json_each(?)) "
        "GROUP BY code ORDER BY users DESC, code",
        (str(list(signals)),),
    )
    return dict(rows.fetchall())


def _ids(connection: sqlite3.Connection, signals: Sequence[int]) -> list[str]:
    rows = connection.execute(
        "SELECT id FROM events WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
        (str(list(signals)),),
    )
    return [row[0] for row in rows]
