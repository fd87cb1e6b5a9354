"""What the commands of ``jingzhong cases`` have in common: opening the book, changing a case, showing a list."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final, NoReturn

import typer

from actions.content import load_content
from bot.audit import Actor
from bot.cases.cases import CaseBook, CaseError, CaseView
from bot.cases.contacts import ContactKey
from bot.cases.rules import load_rules
from bot.cases.showing import summary_json
from bot.cli.tables import show
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.events import event_source
from bot.ledger.writer import Writer
from bot.settings import load_settings, prepare_home

SHORT_ID: Final = 12
_LIST: Final = ("last seen", "case", "state", "reporters", "signals", "owner", "deadline", "id")


@contextmanager
def case_view() -> Iterator[CaseView]:
    """The book of the settings for reading; an error ends the command with one line."""
    with closing(Reader(database_path(load_settings().home))) as reader, _one_line():
        yield CaseView(reader)


@contextmanager
def case_book() -> Iterator[CaseBook]:
    """As :func:`case_view`, for changes."""
    settings = load_settings()
    source = event_source(load_content(settings.content).short_name)
    rules = load_rules(settings.content)
    path = database_path(prepare_home(settings))
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader, _one_line():
        yield CaseBook(reader, writer, source, rules=rules)


@contextmanager
def _one_line() -> Iterator[None]:
    try:
        yield
    except CaseError as error:
        _fail(str(error))


def change(
    name: str,
    as_json: bool,
    act: Callable[[CaseBook, str, Actor], Awaitable[Any]],
    *,
    merged: bool = False,
) -> None:
    """Does something with the case of that name and shows it; ``merged`` allows one that was merged."""

    async def work(book: CaseBook) -> Any:
        id = book.find_merged(name) if merged else book.find(name).id
        return await act(book, id, Actor.at_command_line())

    with case_book() as book:
        case = asyncio.run(work(book))
    show_list([summary_json(case, utc_now())], as_json)


def show_list(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Shows summaries of cases."""
    if not as_json:
        rows = [
            {
                **row,
                "case": row["title"],
                "last seen": _minute(row["last_seen"]),
                "deadline": _minute(row["deadline"]) + (" !" if row["overdue"] else ""),
                "id": row["id"][:SHORT_ID],
            }
            for row in rows
        ]
    show(rows, _LIST, as_json=as_json, nothing="no cases")


def _minute(time: str | None) -> str:
    return (time or "")[:16].replace("T", " ")


def plain(value: object) -> str:
    """A value in a table."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    return "" if value is None else str(value)


def contact_key(text: str) -> ContactKey:
    """A contact given as argument."""
    try:
        return ContactKey.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _fail(line: str) -> NoReturn:
    sys.stderr.write(f"jingzhong: {line}\n")
    raise typer.Exit(1)
