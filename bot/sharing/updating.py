"""Writes a plan of what to share into the ledger."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from bot.audit import Actor, note
from bot.ledger.writer import Unit
from bot.sharing import entries
from bot.sharing.entries import SharedEntry
from bot.sharing.planning import Plan

_AT_ONCE: Final = 500


def units(decided: Plan, actor: Actor, now: datetime) -> Iterator[Unit[None]]:
    """The plan in transactions that are short enough for messages to be written in between."""
    steps: list[Callable[[sqlite3.Connection], None]] = [
        *(partial(_take_back, entry, actor, now) for entry in decided.retracted),
        *(partial(_change, entry) for entry in decided.changed),
        *(partial(_add, entry, actor, now) for entry in decided.new),
    ]
    for start in range(0, len(steps), _AT_ONCE):
        yield partial(_run, steps[start : start + _AT_ONCE])


def _run(
    steps: Sequence[Callable[[sqlite3.Connection], None]], connection: sqlite3.Connection
) -> None:
    for step in steps:
        step(connection)


def _take_back(
    entry: SharedEntry, actor: Actor, now: datetime, connection: sqlite3.Connection
) -> None:
    if entries.change(connection, entry):
        note(connection, actor, "share.retract", entry.id, {"reason": entry.reason}, at=now)


def _change(entry: SharedEntry, connection: sqlite3.Connection) -> None:
    entries.change(connection, entry)


def _add(entry: SharedEntry, actor: Actor, now: datetime, connection: sqlite3.Connection) -> None:
    if entries.add(connection, entry):
        detail = {"case": entry.case_id, "tlp": entry.tlp.value, "form": entry.form}
        note(connection, actor, "share.add", entry.id, detail, at=now)
