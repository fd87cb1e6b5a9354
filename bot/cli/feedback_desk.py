"""What the commands about feedback share: the ledger behind them and how they show what they found."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import typer

from actions.content import load_content
from bot.feedback.feedback import Feedback
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Unit, Writer
from bot.settings import Settings, load_settings, prepare_home
from nlu.analysis import THREAT_CODES

T = TypeVar("T")


@contextmanager
def feedback_desk(settings: Settings | None = None) -> Iterator[Feedback]:
    """Feedback on the ledger of the settings, also while the service runs.

    Raises:
        SettingsError, ContentError, LedgerError: with one line.
    """
    settings = settings or load_settings()
    source = event_source(load_content(settings.content).short_name)
    path = database_path(prepare_home(settings))
    writer, reader = Writer(path), Reader(path)
    try:
        yield Feedback(reader, writer, source, settings.content)
    finally:
        reader.close()
        writer.close()


def commit(settings: Settings, unit: Unit[T]) -> T:
    """Runs a unit of the ledger's writer.

    Raises:
        LedgerError: when it cannot be written.
    """
    writer = Writer(database_path(prepare_home(settings)))
    try:
        return asyncio.run(writer.commit(unit))
    finally:
        writer.close()


def signal_id(beginning: str) -> str:
    """The whole id of the one signal that begins so.

    Raises:
        typer.BadParameter: when there is none or more than one.
        LedgerError: when the ledger cannot be read.
    """
    wanted = beginning.strip().lower()
    found = LedgerView.at(load_settings().home).starting_with(wanted) if wanted else []
    if len(found) != 1:
        reason = "several signals have an id that begins with" if found else "no signal has the id"
        raise typer.BadParameter(f"{reason} {beginning!r}; see: jingzhong signals list")
    return found[0].id


def known_code(code: str | None) -> str | None:
    """A threat code, or ``None``.

    Raises:
        typer.BadParameter: for anything else.
    """
    if code is not None and code not in THREAT_CODES:
        raise typer.BadParameter(
            f"{code!r} is no threat code; use one of {', '.join(THREAT_CODES)}"
        )
    return code
