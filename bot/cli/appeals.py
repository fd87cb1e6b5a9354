"""``jingzhong feedback appeal``, ``appeals``, ``take`` and ``decide``."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Optional

import typer

from actions.facts import BEIJING
from bot.audit import Actor
from bot.cases.contacts import ContactKey
from bot.cli.feedback_desk import feedback_desk, known_code, signal_id
from bot.cli.progress import say
from bot.cli.tables import show
from bot.cli.verdict import Said
from bot.feedback.appeal import Appeal, Decision
from bot.feedback.appeal_view import AppealView
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import rfc3339, utc_now
from bot.settings import load_settings

_COLUMNS = ("id", "party", "state", "due", "late", "reviewer", "signals", "contact", "reason")


def appeal(
    reason: Annotated[str, typer.Option("--reason", help="What is wrong, in a sentence.")],
    signal: Annotated[
        Optional[str],
        typer.Option("--signal", metavar="ID", help="A borrower objects to this signal."),
    ] = None,
    contact: Annotated[
        Optional[str],
        typer.Option(
            "--contact", metavar="KIND:VALUE", help="Who is named so objects, as agency:NAME."
        ),
    ] = None,
    notify: Annotated[
        bool, typer.Option("--notify", help="The borrower wants to hear the result in the chat.")
    ] = False,
    reply_to: Annotated[
        Optional[str],
        typer.Option("--reply-to", help="Where the one who was named hears the result."),
    ] = None,
) -> None:
    """Open an appeal; somebody who has not judged the signals decides it by a deadline."""
    if (signal is None) == (contact is None):
        raise typer.BadParameter("name either --signal ID or --contact KIND:VALUE")
    actor = Actor.at_command_line()
    if signal is not None:
        event_id = signal_id(signal)
        with feedback_desk() as feedback:
            opened = asyncio.run(
                feedback.appeals.open_for_borrower(event_id, reason, actor, notify=notify)
            )
            known = feedback.appeals.holidays_known(opened)
    else:
        key = str(_contact(contact or ""))
        with feedback_desk() as feedback:
            opened = asyncio.run(
                feedback.appeals.open_for_accused(key, reason, actor, reply_to=reply_to)
            )
            known = feedback.appeals.holidays_known(opened)
    typer.echo(opened.id)
    due = opened.due_at.astimezone(BEIJING)
    say(
        f"{len(opened.signals)} signals at stake, to be decided before {due:%Y-%m-%d %H:%M} Beijing time"
    )
    if not known:
        say(f"content/feedback.yml has no holidays of {due.year}; only weekends were counted")


def appeals(
    all_: Annotated[bool, typer.Option("--all", help="Those decided as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="JSON lines instead of a table.")] = False,
) -> None:
    """Show the appeals that wait, the nearest deadline first, and how many missed theirs."""
    view = AppealView(Reader(database_path(load_settings().home)))
    rows = [_row(item) for item in view.list(waiting=None if all_ else True)]
    show(rows, _COLUMNS, as_json=as_json, nothing="no appeals")
    found = view.punctuality()
    if found.breach is not None:
        say(
            f"deadline missed: {found.late + found.overdue} of {found.of} ({found.breach:.1%}), "
            f"{found.overdue} of them still undecided"
        )


def take(
    id: Annotated[str, typer.Argument(metavar="APPEAL", help="The id of the appeal.")],
) -> None:
    """Become the reviewer of an appeal."""
    with feedback_desk() as feedback:
        asyncio.run(feedback.appeals.take(id, Actor.at_command_line()))
    say(f"you review {id}; decide it with: jingzhong feedback decide {id}")


def decide(
    id: Annotated[str, typer.Argument(metavar="APPEAL", help="The id of the appeal.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, in a sentence.")],
    uphold: Annotated[
        Optional[bool],
        typer.Option("--uphold/--reject", help="In favour of who appealed, or not."),
    ] = None,
    verdict: Annotated[
        Optional[Said],
        typer.Option(help="What the signals at stake are, if it is upheld."),
    ] = None,
    code: Annotated[
        Optional[str], typer.Option("--code", metavar="CODE", help="The right code of wrong-code.")
    ] = None,
) -> None:
    """Decide an appeal that you have taken."""
    if uphold is None:
        raise typer.BadParameter("say --uphold or --reject")
    given = verdict.verdict if verdict else None
    decision = Decision(uphold, reason, given, known_code(code))
    with feedback_desk() as feedback:
        decided = asyncio.run(feedback.appeals.decide(id, decision, Actor.at_command_line()))
    say(f"{id} is {decided.state}")


def _contact(text: str) -> ContactKey:
    try:
        return ContactKey.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--contact") from None


def _row(appeal: Appeal) -> dict[str, Any]:
    return {
        "id": appeal.id,
        "party": appeal.party,
        "state": appeal.state,
        "due": rfc3339(appeal.due_at)[:16],
        "late": "late" if appeal.is_late(utc_now()) else "",
        "reviewer": appeal.reviewer,
        "signals": len(appeal.signals),
        "contact": appeal.contact,
        "reason": appeal.reason,
    }
