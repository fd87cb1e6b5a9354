"""``jingzhong campaign submit|approve|decline``: two persons for every wording that goes out."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Annotated, NoReturn, Optional

import typer

from bot.audit import Actor
from bot.campaigns.check import ScriptCheck
from bot.campaigns.scripts import Script
from bot.campaigns.scripts_approval import ApprovalBook, ApprovalError
from bot.cli.progress import say
from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer
from bot.settings import load_settings, prepare_home

_SCRIPT = typer.Argument(metavar="SCRIPT", help="The id of a script.")
_BY = typer.Option(
    "--by",
    help="Who acts, as on the console; by default your account of this machine. Both are audited.",
)
_NOTE = typer.Option("--note", help="Why.")


def submit(
    script: Annotated[str, _SCRIPT],
    by: Annotated[Optional[str], _BY] = None,
    note: Annotated[str, _NOTE] = "",
) -> None:
    """Put a script in its present wording forward; it must pass the check."""
    _change(script, by, lambda book, found, who, actor: book.submit(found, who, actor, note), True)
    say(f"{script} waits for the approval of a second person")


def approve(
    script: Annotated[str, _SCRIPT],
    by: Annotated[Optional[str], _BY] = None,
    note: Annotated[str, _NOTE] = "",
) -> None:
    """Approve the wording that somebody else put forward; any later change needs a new approval."""
    _change(script, by, lambda book, found, who, actor: book.approve(found, who, actor, note), True)
    say(f"{script} is approved in this wording")


def decline(
    script: Annotated[str, _SCRIPT],
    by: Annotated[Optional[str], _BY] = None,
    note: Annotated[str, _NOTE] = "",
) -> None:
    """Reject what waits for approval, or take an approval back."""
    _change(
        script, by, lambda book, found, who, actor: book.decline(found, who, actor, note), False
    )
    say(f"{script} does not go out in this wording")


def _change(
    name: str,
    by: str | None,
    act: Callable[[ApprovalBook, Script, str, Actor], Awaitable[None]],
    in_order: bool,
) -> None:
    settings = load_settings()
    checking = ScriptCheck(settings.content)
    checked = checking.files([checking.path(name)])[0]
    if checked.script is None or (in_order and checked.problems):
        for line in checking.lines(checked):
            typer.echo(line, err=True)
        raise typer.Exit(2)
    person = (by or getpass.getuser()).strip()
    if not person:
        raise typer.BadParameter("a name, please", param_hint="--by")
    path = database_path(prepare_home(settings))
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        book = ApprovalBook(reader, writer)
        try:
            asyncio.run(_awaited(act(book, checked.script, person, Actor.at_command_line())))
        except ApprovalError as error:
            _fail(str(error))


async def _awaited(change: Awaitable[None]) -> None:
    await change


def _fail(message: str) -> NoReturn:
    print(f"jingzhong: {message}", file=sys.stderr)
    raise typer.Exit(1)
