"""``jingzhong cases``: what hangs together, who looks after it and how far it got."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from typing import Annotated, Optional

import typer
from rich.console import Console
from rich.progress import Progress

from bot.audit import Actor
from bot.cases.builder import CaseBuilder
from bot.cases.rules import load_rules
from bot.cases.showing import case_json, contact_json, link_json, log_json, summary_json
from bot.cases.states import STATES
from bot.cli.case_desk import (
    SHORT_ID,
    case_book,
    case_view,
    change,
    contact_key,
    plain,
    show_list,
)
from bot.cli.progress import say
from bot.cli.tables import show
from bot.hashing import Hasher
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import to_json, utc_now
from bot.ledger.reading import LedgerView
from bot.ledger.writer import Writer
from bot.settings import load_settings, prepare_home

cases_app = typer.Typer(
    help="Cases: signals about the same contacts, and what became of them.", no_args_is_help=True
)

_CASE = typer.Argument(
    metavar="CASE",
    help="The id of a case or its beginning, or a contact such as phone:13800001234.",
)
_JSON = typer.Option("--json", help="JSON lines instead of a table.")
_NOTE = typer.Option("--note", help="Why; secrets of people in it are masked.")
_LIMIT = typer.Option("--limit", "-n", min=1, help="How many.")


@cases_app.command("list")
def list_cases(
    state: Annotated[
        Optional[str], typer.Option("--state", help=f"Only in this state: {', '.join(STATES)}.")
    ] = None,
    owner: Annotated[Optional[str], typer.Option("--owner", help="Only of this person.")] = None,
    region: Annotated[Optional[str], typer.Option("--region", help="Only of this region.")] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those past their deadline.")
    ] = False,
    limit: Annotated[int, _LIMIT] = 20,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show cases, those that were told of last first."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"{state!r} is no state; use one of {', '.join(STATES)}")
    with case_view() as view:
        found = view.list(
            state, owner, limit=limit, region=region, overdue_at=utc_now() if overdue else None
        )
    show_list([summary_json(case, utc_now()) for case in found], as_json)


@cases_app.command("search")
def search(
    text: Annotated[str, typer.Argument(help="Part of a name, a text or a number in any writing.")],
    limit: Annotated[int, _LIMIT] = 20,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Find cases by contacts, names, reports and notes."""
    with case_view() as view:
        found = view.list(text=text, limit=limit)
    show_list([summary_json(case, utc_now()) for case in found], as_json)


@cases_app.command("show")
def show_case(case: Annotated[str, _CASE], as_json: Annotated[bool, _JSON] = False) -> None:
    """Show one case: figures, contacts, links with their reasons, and what people did."""
    with case_view() as view:
        found = view.find(case)
        facts = case_json(found, utc_now())
        contacts = [contact_json(contact) for contact in view.contacts(found.id)]
        links = [link_json(link) for link in view.links(found.id)]
        log = [log_json(entry) for entry in view.log(found.id)]
    if as_json:
        whole = {**facts, "contacts": contacts, "links": links, "log": log}
        sys.stdout.write(to_json(whole) + "\n")
        return
    rows = [{"": name, "case": plain(value)} for name, value in facts.items()]
    show(rows, ("", "case"), as_json=False, nothing="")
    Console().print()
    show(
        contacts,
        ("contact", "reporters", "signals", "first_seen", "last_seen"),
        as_json=False,
        nothing="",
    )
    for link in links:
        link["reasons"] = ", ".join(f"{r['kind']} ({r['reporters']})" for r in link["reasons"])
        link["other"] = link["other"][:SHORT_ID]
    Console().print()
    show(
        links,
        ("strength", "contact", "with", "reasons", "other"),
        as_json=False,
        nothing="no links",
    )
    for entry in log:
        entry["detail"] = plain(entry["detail"])
    Console().print()
    show(
        log, ("at", "actor", "action", "detail"), as_json=False, nothing="nobody has touched it yet"
    )


@cases_app.command()
def move(
    case: Annotated[str, _CASE],
    state: Annotated[str, typer.Argument(metavar="STATE", help=f"{', '.join(STATES)}.")],
    note: Annotated[str, _NOTE] = "",
    seen: Annotated[
        Optional[str], typer.Option("--from", help="Only if it is still in this state.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Move a case to its next state."""
    change(case, as_json, lambda book, id, actor: book.move(id, state, actor, note, seen=seen))


@cases_app.command()
def assign(
    case: Annotated[str, _CASE],
    owner: Annotated[
        Optional[str], typer.Argument(help="Who looks after it; nobody if left out.")
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Give a case to a person."""
    change(case, as_json, lambda book, id, actor: book.assign(id, owner, actor))


@cases_app.command()
def describe(
    case: Annotated[str, _CASE],
    title: Annotated[
        Optional[str], typer.Option(help="Its title; empty for the plain one.")
    ] = None,
    region: Annotated[Optional[str], typer.Option(help="Its region; empty for none.")] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Change the title or the region of a case."""
    change(
        case, as_json, lambda book, id, actor: book.describe(id, actor, title=title, region=region)
    )


@cases_app.command()
def note(
    case: Annotated[str, _CASE],
    text: Annotated[str, typer.Argument(help="What the next person should know.")],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Add a note to a case; secrets of people in it are masked."""
    change(case, as_json, lambda book, id, actor: book.annotate(id, text, actor))


@cases_app.command()
def merge(
    into: Annotated[str, typer.Argument(metavar="CASE", help="The case that stays.")],
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The case that goes into it.")],
    note: Annotated[str, _NOTE] = "",
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Put one case into another; the id of the other leads there from now on."""
    change(
        into,
        as_json,
        lambda book, id, actor: book.merge(id, book.find(other).id, actor, note),
    )


@cases_app.command()
def unmerge(
    case: Annotated[str, typer.Argument(metavar="ID", help="The id of the case that was merged.")],
    note: Annotated[str, _NOTE] = "",
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Take a merged case out again."""
    change(case, as_json, lambda book, id, actor: book.unmerge(id, actor, note), merged=True)


@cases_app.command()
def link(
    a: Annotated[str, typer.Argument(metavar="CONTACT", help="Such as phone:13800001234.")],
    b: Annotated[str, typer.Argument(metavar="CONTACT")],
    note: Annotated[str, _NOTE] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take the link back.")] = False,
) -> None:
    """Say that two contacts belong together; nothing is merged by it."""
    first, second = contact_key(a), contact_key(b)
    actor = Actor.at_command_line()
    with case_book() as book:
        if remove:
            asyncio.run(book.unlink(first, second, actor))
        else:
            asyncio.run(book.link(first, second, actor, note))
    say(f"{first} and {second}: {'link removed' if remove else 'linked'}")


@cases_app.command()
def stats(as_json: Annotated[bool, _JSON] = False) -> None:
    """Show how many cases are in each state, and how many of them are overdue."""
    with case_view() as view:
        counted = view.count(utc_now())
    rows = [
        {
            "state": state,
            "cases": counted.get(state, (0, 0))[0],
            "overdue": counted.get(state, (0, 0))[1],
        }
        for state in STATES
    ]
    show(rows, ("state", "cases", "overdue"), as_json=as_json, nothing="")


@cases_app.command()
def build(
    anew: Annotated[
        bool, typer.Option("--anew", help="Read the whole ledger again; what people did stays.")
    ] = False,
) -> None:
    """Take new signals into the cases; a running service does so by itself."""
    settings = load_settings()
    home = prepare_home(settings)
    rules = load_rules(settings.content)
    with (
        closing(Writer(database_path(home))) as writer,
        closing(Reader(database_path(home))) as reader,
    ):
        builder = CaseBuilder(LedgerView(reader), writer, Hasher(settings.secrets), rules)
        with Progress(
            console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
        ) as bar:
            after = 0 if anew else builder.progress()
            task = bar.add_task("events", total=builder.waiting(after))

            def done(taken: int) -> None:
                bar.advance(task, taken)

            total = asyncio.run(builder.rebuild(done) if anew else builder.build(done))
    say(f"{total} events taken into the cases")
