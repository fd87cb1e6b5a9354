"""``jingzhong bans``: who is slowed down for flooding or abusing the service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import timedelta
from typing import Annotated

import typer

from bot.audit import Actor
from bot.bans.book import Ban, BanBook, BanError
from bot.cli.progress import say
from bot.cli.tables import show
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import rfc3339, to_json, utc_now
from bot.ledger.writer import Writer
from bot.privacy.people import PrivacyError, person
from bot.settings import load_settings, prepare_home

bans_app = typer.Typer(
    help="Bans: people of whom one message a minute is read for a while.", no_args_is_help=True
)

_JSON = typer.Option("--json", help="JSON lines instead of text.")
_COLUMNS = ("id", "user", "channel", "by", "at", "until", "in_force", "reason")
_LONGEST_HOURS = 2160.0


@bans_app.command("list")
def list_bans(
    ended: Annotated[bool, typer.Option("--all", help="Those that have ended too.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 50,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show who is banned, newest first."""
    with closing(Reader(database_path(load_settings().home))) as reader:
        bans = BanBook(reader).list(limit, ended=ended)
    rows = [ban.as_json(utc_now()) for ban in bans]
    show(rows, _COLUMNS, as_json=as_json, nothing="nobody is banned")


@bans_app.command("add")
def add(
    user: Annotated[
        str,
        typer.Argument(
            metavar="USER", help="CHANNEL:ID, such as rest:u1, or a keyed hash as signals carry it."
        ),
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, for whoever is asked later.")],
    hours: Annotated[
        float, typer.Option("--hours", min=0.02, max=_LONGEST_HOURS, help="For how long.")
    ] = 1.0,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Ban somebody from now on; who is banned already gets the new end."""
    try:
        whom = person(user, Hasher(load_settings().secrets))
    except PrivacyError as error:
        raise typer.BadParameter(str(error), param_hint="USER") from None
    channel, named, _ = user.partition(":")
    ban = _change(
        lambda book, actor: book.add(
            whom,
            timedelta(hours=hours),
            actor,
            reason=reason.strip(),
            channel=channel if named else "",
        )
    )
    _tell(ban, f"ban {ban.id} holds until {rfc3339(ban.until)}", as_json=as_json)


@bans_app.command("lift")
def lift(
    ban_id: Annotated[int, typer.Argument(metavar="ID", help="As bans list shows it.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """End a ban before its time; processes that serve know within two seconds."""
    ban = _change(lambda book, actor: book.lift(ban_id, actor))
    _tell(ban, f"ban {ban.id} is lifted", as_json=as_json)


def _change(change: Callable[[BanBook, Actor], Awaitable[Ban]]) -> Ban:
    path = database_path(prepare_home(load_settings()))
    with closing(Reader(path)) as reader, closing(Writer(path)) as writer:

        async def made() -> Ban:
            return await change(BanBook(reader, writer), Actor.at_command_line())

        try:
            return asyncio.run(made())
        except BanError as error:
            say(str(error))
            raise typer.Exit(2) from None


def _tell(ban: Ban, line: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(to_json(ban.as_json(utc_now())) + "\n")
    else:
        say(line)
