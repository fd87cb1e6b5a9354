"""``jingzhong outreach``: what went out to borrowers without being asked for, and what came of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Annotated, Any, Optional

import typer

from bot.audit import Actor
from bot.cli.progress import say
from bot.cli.tables import show
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.ledger.writer import Writer
from bot.outreach.desk import OutreachError
from bot.outreach.desk import cancel as take_back
from bot.outreach.figures import Asked, outreach_figures
from bot.outreach.rows import KINDS, STATES, Outreach, OutreachView
from bot.settings import load_settings, prepare_home

outreach_app = typer.Typer(
    help="Warnings and questions that go out to borrowers without being asked for.",
    no_args_is_help=True,
)
_JSON = typer.Option("--json", help="JSON lines instead of a table.")
_ID = typer.Argument(metavar="ID", help="The id, or how it begins.")
_SHORT_ID = 12
_COLUMNS = ("id", "created", "kind", "template", "channel", "state", "reason", "due", "answer")
_FIGURES = (
    *("group", "key", "planned", "sent", "unsure", "waiting", "delivered", "answered"),
    *("stopped", "went on", "unknown", "dissuaded", "95%"),
)


@outreach_app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 20,
    kind: Annotated[
        Optional[str], typer.Option("--kind", help=f"Only one of {', '.join(KINDS)}.")
    ] = None,
    state: Annotated[
        Optional[str], typer.Option("--state", help=f"Only one of {', '.join(STATES)}.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show messages, the newest first, with what became of them and why."""
    _one_of(kind, KINDS, "--kind")
    _one_of(state, STATES, "--state")
    found = _view().list(limit, kind=kind, state=state)
    rows = [each.as_json() if as_json else _row(each) for each in found]
    show(rows, _COLUMNS, as_json=as_json, nothing="nothing was sent or planned")


@outreach_app.command("show")
def show_(
    id: Annotated[str, _ID],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show all that is known of one message, without where it went."""
    found = _find(id).as_json()
    rows = [found] if as_json else [{"field": key, "value": found[key]} for key in found]
    show(rows, ("field", "value"), as_json=as_json, nothing="")


@outreach_app.command()
def cancel(id: Annotated[str, _ID]) -> None:
    """Take back a message that has not gone out; what is out cannot be taken back."""
    whole = _find(id).id
    writer = Writer(database_path(prepare_home(load_settings())))
    try:
        asyncio.run(take_back(writer, whole, Actor.at_command_line()))
    finally:
        writer.close()
    say(f"{whole[:_SHORT_ID]} is cancelled")


@outreach_app.command()
def figures(
    days: Annotated[int, typer.Option("--days", min=1, help="Of so many days.")] = 90,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON line instead of tables.")
    ] = False,
) -> None:
    """Show how many were asked and answered, and the share of those who stopped with its interval."""
    now = utc_now()
    reader = Reader(database_path(load_settings().home))
    found = outreach_figures(reader, now - timedelta(days=days), now)
    if as_json:
        show([found.as_json()], (), as_json=True, nothing="")
        return
    rows = [_figures(each) for each in found.questions]
    show(rows, _FIGURES, as_json=False, nothing="nobody was asked")
    told = found.warnings
    say(f"warnings: {told.planned} planned, {told.sent} sent, {told.delivered} delivered")
    for each in found.not_sent:
        say(f"not sent: {each.count} {each.kind}, {each.state}: {each.reason}")
    say("the share is of answers alone: who did not answer is not in it")


def _view() -> OutreachView:
    return OutreachView(Reader(database_path(load_settings().home)))


def _find(beginning: str) -> Outreach:
    wanted = beginning.strip().lower()
    found = _view().starting_with(wanted) if wanted else []
    if len(found) != 1:
        reason = "several ids begin with" if found else "nothing has the id"
        raise OutreachError("missing", f"{reason} {beginning!r}; see: jingzhong outreach list")
    return found[0]


def _one_of(value: str | None, allowed: tuple[str, ...], option: str) -> None:
    if value is not None and value not in allowed:
        raise typer.BadParameter(f"use one of {', '.join(allowed)}", param_hint=option)


def _row(found: Outreach) -> dict[str, Any]:
    written = found.as_json()
    return {
        **written,
        "id": found.id[:_SHORT_ID],
        "created": written["created_at"][:16],
        "due": written["due_at"][:16],
    }


def _figures(asked: Asked) -> dict[str, Any]:
    row, figure = asked.as_json(), asked.dissuaded
    interval = figure.interval if figure else None
    return {
        **row,
        "went on": row["went_on"],
        "dissuaded": f"{figure.value:.0%}" if figure else "–",
        "95%": f"{interval[0]:.0%}–{interval[1]:.0%}" if interval else "–",
    }
