"""Alerts as JSON, for commands and for the API."""

from __future__ import annotations

from typing import Any

from bot.ledger.encoding import rfc3339, utc_now
from bot.radar.book import Alert, RisingNote
from bot.radar.mentions import date_of, day_of


def alert_json(alert: Alert) -> dict[str, Any]:
    """An alert with all that rose in it; nothing of a borrower is in it."""
    return {
        "id": alert.id,
        "day": date_of(alert.day).isoformat(),
        "raised_at": rfc3339(alert.raised_at),
        "state": alert.state,
        "by": alert.by,
        "at": rfc3339(alert.at) if alert.at else None,
        "reason": alert.reason,
        "follows": alert.follows,
        "over": not alert.is_up(day_of(utc_now())),
        "last_day": date_of(alert.last_day).isoformat(),
        "risings": [_rising_json(rising) for rising in alert.risings],
    }


def _rising_json(rising: RisingNote) -> dict[str, Any]:
    return {
        "kind": rising.kind,
        "value": rising.value,
        "joined": date_of(rising.joined).isoformat(),
        "since": date_of(rising.since).isoformat(),
        "reporters": rising.reporters,
        "known_reporters": rising.known,
        "expected": round(rising.expected, 2),
        "past_weeks": list(rising.past),
        "chance": rising.chance,
        "peak": rising.peak,
        "last_day": date_of(rising.last_day).isoformat(),
    }
