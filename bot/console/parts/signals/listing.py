"""Signals as rows of a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.console.tables import Cell, Column, Table
from bot.console.visit import Visit
from bot.ledger.encoding import parse_time
from bot.ledger.reading import StoredEvent


def signal_table(
    visit: Visit,
    found: Sequence[StoredEvent],
    *,
    name: str = "signals",
    caption: str = "",
    empty: str | None = None,
) -> Table:
    """The table of signals, each row a link to its page."""
    w = visit.desk.words("signals")
    columns = [
        Column(w("columns.time"), "time"),
        Column(w("columns.code"), "code"),
        Column(w("columns.stage"), "stage"),
        Column(w("columns.urgency"), "urgency"),
        Column(w("columns.said"), "long"),
        Column(w("columns.contact")),
        Column(w("columns.agency")),
        Column(w("columns.channel"), "channel"),
        Column(w("columns.confidence"), "share", shown=False),
        Column(w("columns.id"), "id", shown=False),
    ]
    rows = [_row(stored) for stored in found]
    return Table(name, columns, rows, empty=empty or w("empty"), caption=caption)


def _row(stored: StoredEvent) -> tuple[Any, ...]:
    event = stored.event
    data = event["data"]
    contacts = [contact["value"] for contact in data["contacts"]]
    address = f"/console/signals/{stored.id}"
    return (
        parse_time(event["time"]),
        Cell(data["code"], href=address),
        data["stage"],
        data["urgency"],
        "；".join(data["evidence"]),
        "、".join(contacts),
        data["agency"],
        data["channel"],
        data["confidence"],
        stored.id,
    )
