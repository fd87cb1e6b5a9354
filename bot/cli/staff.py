"""``jingzhong staff``: the accounts of the console."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import Annotated, NoReturn

import typer

from bot.audit import Actor
from bot.cli.progress import say
from bot.cli.tables import show
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import rfc3339
from bot.ledger.writer import Writer
from bot.settings import load_settings, prepare_home
from bot.staff.accounts import StaffBook, StaffError
from bot.staff.passwords import SHORTEST, PasswordError
from bot.staff.roles import Role

staff_app = typer.Typer(help="The accounts of the console.", no_args_is_help=True)

_NAME = typer.Argument(metavar="NAME", help="The name to log in with.")


@staff_app.command("list")
def list_staff(
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """Show all accounts."""
    with closing(Reader(database_path(load_settings().home))) as reader:
        people = StaffBook(reader).list()
    rows = [
        {
            "name": person.name,
            "role": person.role.value,
            "state": "disabled" if person.disabled_at else "active",
            "created": rfc3339(person.created_at),
            "last login": rfc3339(person.last_login_at) if person.last_login_at else None,
        }
        for person in people
    ]
    columns = ("name", "role", "state", "created", "last login")
    show(rows, columns, as_json=as_json, nothing="no accounts; see: jingzhong staff add")


@staff_app.command("add")
def add(
    name: Annotated[str, _NAME],
    role: Annotated[
        Role,
        typer.Option(
            "--role", help="viewer reads; analyst also acts; admin also manages accounts."
        ),
    ] = Role.ANALYST,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    password = _password()
    _change(lambda book, actor: book.add(name, role, password, actor))
    say(f"{name} can log in as {role.value}")


@staff_app.command("role")
def set_role(
    name: Annotated[str, _NAME],
    role: Annotated[Role, typer.Argument(metavar="ROLE", help="The new role.")],
) -> None:
    """Give an account another role."""
    _change(lambda book, actor: book.set_role(name, role, actor))
    say(f"{name} is {role.value} now")


@staff_app.command("password")
def set_password(name: Annotated[str, _NAME]) -> None:
    """Set a new password, asked for or read from standard input; ends the sessions of the account."""
    password = _password()
    _change(lambda book, actor: book.set_password(name, password, actor))
    say(f"{name} has a new password")


@staff_app.command("disable")
def disable(
    name: Annotated[str, _NAME],
    undo: Annotated[bool, typer.Option("--undo", help="Let the account in again.")] = False,
) -> None:
    """Shut an account out at once; it stays on record, since the audit names it."""
    _change(lambda book, actor: book.set_disabled(name, not undo, actor))
    say(f"{name} can log in again" if undo else f"{name} is shut out")


def _change(act: Callable[[StaffBook, Actor], Awaitable[object]]) -> None:
    path = database_path(prepare_home(load_settings()))
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        book = StaffBook(reader, writer)

        async def run() -> None:
            await act(book, Actor.at_command_line())

        try:
            asyncio.run(run())
        except (StaffError, PasswordError) as error:
            _fail(str(error))


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    hint = f"password ({SHORTEST} characters or more)"
    return str(typer.prompt(hint, hide_input=True, confirmation_prompt=True, err=True))


def _fail(line: str) -> NoReturn:
    sys.stderr.write(f"jingzhong: {line}\n")
    raise typer.Exit(2)
