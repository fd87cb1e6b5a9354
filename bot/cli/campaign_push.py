"""``jingzhong campaign push|dry-run|release|start|pause|cancel|progress``: from an audience to its messages."""

from __future__ import annotations

import asyncio
import getpass
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn, Optional

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from actions.content import load_content
from bot.audit import Actor
from bot.campaigns.library import Library
from bot.campaigns.push.audience import Audience, AudienceError, from_csv, from_segment
from bot.campaigns.push.book import Campaign, CampaignBook, CampaignView, Draft, PushError
from bot.campaigns.scripts import Script
from bot.cli.campaign_trial import try_out
from bot.cli.progress import say
from bot.cli.tables import show
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import to_json, utc_now
from bot.ledger.writer import Writer
from bot.outreach.policy import load_policy
from bot.settings import Settings, load_settings, prepare_home

_ID = typer.Argument(metavar="CAMPAIGN", help="The id of a campaign.")
_BY = typer.Option(
    "--by", help="Who acts, as on the console; by default your account of this machine."
)
_WHEN = "%Y-%m-%d %H:%M"
_COLUMNS = ("id", "script", "state", "audience", "left", "by", "approved", "title")
_SHOWN = 20  # rows of a list that are told to be left out
_LOOK_SECONDS = 1.0


def push(
    script: Annotated[str, typer.Argument(metavar="SCRIPT", help="The id of a script.")],
    audience: Annotated[
        Optional[Path],
        typer.Option(
            "--audience", metavar="FILE", help="CSV: channel,user[,hash,segment,consent_ref]."
        ),
    ] = None,
    segment: Annotated[
        Optional[str],
        typer.Option("--segment", help="Those who agreed: all, channel:NAME or warned:CODE."),
    ] = None,
    title: Annotated[str, typer.Option("--title", help="What the campaign is called.")] = "",
    start_at: Annotated[
        Optional[str], typer.Option("--from", metavar="TIME", help="Such as '2026-12-01 10:00'.")
    ] = None,
    end_at: Annotated[
        Optional[str], typer.Option("--until", metavar="TIME", help="Nothing goes out from then.")
    ] = None,
    by: Annotated[Optional[str], _BY] = None,
) -> None:
    """Make a campaign of a script and an audience; it goes out once it was released and started."""
    settings = load_settings()
    found, draft = _script(settings, script), (start_at, end_at)
    zone = load_policy(settings.content).zone
    begin, end = (None if text is None else _moment(text).replace(tzinfo=zone) for text in draft)
    people = _audience(settings, audience, segment)
    for problem in people.problems[:_SHOWN]:
        say(f"left out: {problem}")
    if len(people.problems) > _SHOWN:
        say(f"left out: {len(people.problems) - _SHOWN} more rows")
    made = _change(
        lambda book: book.create(
            Draft(title or found.title, found, begin, end), people.recipients, _actor(by)
        )
    )
    say(f"{len(people.recipients)} people; next: jingzhong campaign dry-run {made.id}")
    typer.echo(made.id)


def release(campaign: Annotated[str, _ID], by: Annotated[Optional[str], _BY] = None) -> None:
    """Approve a campaign that somebody else made."""
    _change(lambda book: book.approve(campaign, _actor(by)))
    say(f"{campaign} is released; next: jingzhong campaign start {campaign}")


def start(campaign: Annotated[str, _ID], by: Annotated[Optional[str], _BY] = None) -> None:
    """Let a campaign go out, or go on after a pause; the running service sends it."""
    settings = load_settings()

    async def begin(book: CampaignBook) -> Campaign:
        found = book.need(campaign)
        return await book.start(campaign, _scripts(settings).get(found.script), _actor(by))

    _change(begin)
    say(f"{campaign} goes out; see: jingzhong campaign progress {campaign} --follow")


def pause(campaign: Annotated[str, _ID], by: Annotated[Optional[str], _BY] = None) -> None:
    """Hold a campaign; `start` lets it go on."""
    _change(lambda book: book.pause(campaign, _actor(by)))
    say(f"{campaign} is held")


def cancel(campaign: Annotated[str, _ID], by: Annotated[Optional[str], _BY] = None) -> None:
    """End a campaign for all who have not got it."""
    _change(lambda book: book.cancel(campaign, _actor(by)))
    say(f"{campaign} is over")


def progress(
    campaign: Annotated[str, _ID],
    follow: Annotated[bool, typer.Option("--follow", help="Watch until it is done.")] = False,
) -> None:
    """Show how far the sending got, as JSON; with --follow as a bar."""
    with closing(Reader(database_path(load_settings().home))) as reader:
        book = CampaignView(reader)
        try:
            found = book.need(campaign)
        except PushError as error:
            _fail(str(error))
        if follow:
            _watch(book, campaign)
            return
        seen = book.progress(campaign)
        typer.echo(
            to_json(
                {**found.as_json(), "messages": dict(seen.states), "reasons": dict(seen.reasons)}
            )
        )


def pushes(
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """Show all campaigns, the newest first."""
    with closing(Reader(database_path(load_settings().home))) as reader:
        book = CampaignView(reader)
        rows = [_row(each, book) for each in book.list()]
    show(rows, _COLUMNS, as_json=as_json, nothing="no campaigns; see: jingzhong campaign push")


def add_push_commands(app: typer.Typer) -> None:
    """Adds these commands to ``jingzhong campaign``."""
    app.command("push")(push)
    app.command("dry-run")(try_out)
    app.command("release")(release)
    app.command("start")(start)
    app.command("pause")(pause)
    app.command("cancel")(cancel)
    app.command("progress")(progress)
    app.command("pushes")(pushes)


def _change(change: Callable[[CampaignBook], Awaitable[Campaign]]) -> Campaign:
    settings = load_settings()
    path = database_path(prepare_home(settings))
    reader, writer = Reader(path), Writer(path)
    try:

        async def run() -> Campaign:
            return await change(CampaignBook(reader, writer, Hasher(settings.secrets)))

        return asyncio.run(run())
    except PushError as error:
        _fail(str(error))
    finally:
        reader.close()
        writer.close()


def _audience(settings: Settings, file: Path | None, segment: str | None) -> Audience:
    if (file is None) == (segment is None):
        _fail("name either --audience FILE or --segment NAME", 2)
    try:
        if file is not None:
            return from_csv(file, Hasher(settings.secrets))
        if settings.redis_url is not None:
            _fail(
                "--segment reads users from the ledger, and with Redis they are there; use --audience",
                2,
            )
        with closing(Reader(database_path(settings.home))) as reader:
            return from_segment(reader, segment or "", utc_now())
    except AudienceError as error:
        _fail(str(error), 2)


def _scripts(settings: Settings) -> dict[str, Script]:
    return dict(Library.load(settings.content, load_content(settings.content)).scripts)


def _script(settings: Settings, name: str) -> Script:
    found = _scripts(settings).get(name)
    if found is None:
        _fail(f"{name}: there is no such script; see: jingzhong campaign list", 2)
    return found


def _moment(text: str) -> datetime:
    try:
        return datetime.strptime(text, _WHEN)  # noqa: DTZ007 - the zone is that of the policy
    except ValueError:
        _fail(f"{text!r} is no time; write it as 2026-12-01 10:00", 2)


def _watch(book: CampaignView, campaign: str) -> None:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(campaign)
        while True:
            seen, found = book.progress(campaign), book.need(campaign)
            states = ", ".join(f"{count} {state}" for state, count in sorted(seen.states.items()))
            bar.update(
                task,
                total=seen.total,
                completed=seen.total - seen.left,
                description=f"{campaign} {found.state}: {states}",
            )
            if found.state in ("done", "cancelled"):
                return
            time.sleep(_LOOK_SECONDS)


def _row(each: Campaign, book: CampaignView) -> dict[str, object]:
    seen = book.progress(each.id)
    return {
        "id": each.id,
        "script": each.script,
        "state": each.state,
        "audience": seen.total,
        "left": seen.left,
        "by": each.created_by,
        "approved": each.approved_by or "",
        "title": each.title,
    }


def _actor(by: str | None) -> Actor:
    return Actor(by or f"cli:{getpass.getuser()}")


def _fail(line: str, status: int = 1) -> NoReturn:
    say(line)
    sys.exit(status)
