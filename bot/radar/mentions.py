"""What the radar takes from a signal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from actions.facts import BEIJING
from bot.cases.contacts import ContactKey, contact_keys
from bot.ledger.encoding import parse_time


@dataclass(frozen=True)
class Mention:
    """One signal: who reported which contacts and agencies, on which day, in which words.

    ``day`` counts days of Beijing time (:func:`day_of`); ``since`` is the day on which the service first met the
    user, as far as the caller knows. ``seq`` is the place of the signal in the ledger.
    """

    seq: int
    day: int
    user: str
    since: int
    code: str
    keys: tuple[ContactKey, ...]
    texts: tuple[str, ...]


def day_of(moment: datetime) -> int:
    """The number of the day in Beijing at an aware time."""
    return moment.astimezone(BEIJING).toordinal()


def date_of(day: int) -> date:
    """The date of a number of :func:`day_of`."""
    return date.fromordinal(day)


def mention_of(seq: int, event: Mapping[str, Any], informed_at: str | None = None) -> Mention:
    """Reads a signal; ``informed_at`` is when its user was first met, as RFC 3339."""
    data = event["data"]
    day = day_of(parse_time(event["time"]))
    return Mention(
        seq=seq,
        day=day,
        user=data["user"],
        since=min(day, day_of(parse_time(informed_at))) if informed_at else day,
        code=data["code"],
        keys=contact_keys(data),
        texts=tuple(data["evidence"]),
    )
