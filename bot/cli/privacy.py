"""``jingzhong privacy``: what is stored of a person, its erasure, the terms of all data, the audit."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, Optional

import typer

from bot.audit import Actor, AuditLog
from bot.cli.progress import say
from bot.cli.tables import cell
from bot.cli.tables import show as show_rows
from bot.hashing import Hasher, Pseudonym
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import to_json, utc_now
from bot.ledger.writer import Writer
from bot.privacy.people import PrivacyError, person
from bot.privacy.requests import DataRequests, Erased
from bot.privacy.retention import Retention, look
from bot.privacy.terms import load_terms
from bot.settings import Settings, load_settings, prepare_home

privacy_app = typer.Typer(
    help="Privacy: show or erase what is stored of a person, remove what is too old, read the audit.",
    no_args_is_help=True,
)

_USER = typer.Argument(
    metavar="USER", help="CHANNEL:ID, such as rest:u1, or a keyed hash as signals carry it."
)
_JSON = typer.Option("--json", help="JSON lines instead of text.")
_RETAINED = ("kind", "days", "removed", "spared")
_ENTRIES = ("seq", "at", "actor", "action", "subject", "detail")


@privacy_app.command("show")
def show(user: Annotated[str, _USER], as_json: Annotated[bool, _JSON] = False) -> None:
    """Show everything that is stored of a person, secrets masked; the audit notes who looked."""
    with _desk() as (desk, settings):
        whom = _person(user, settings)
        records = asyncio.run(desk.show(whom, Actor.at_command_line()))
    rows = [record.as_json() for record in records]
    if as_json or not rows:
        show_rows(rows, (), as_json=as_json, nothing="nothing is stored of this person")
        return
    # One under the other: in the columns of a table most of what was said would be cut off.
    for row in rows:
        at = (row["at"] or "")[:19].replace("T", " ")
        fate = "held" if row["held"] else row["on_erasure"]
        sys.stdout.write(f"{at:19}  {row['place']} ({fate} on erasure)\n")
        sys.stdout.write(f"    {cell(to_json(row['data']))}\n")


@privacy_app.command("erase")
def erase(
    user: Annotated[str, _USER],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Erase what is stored of a person; what is under a legal hold stays, and the output says so."""
    with _desk() as (desk, settings):
        whom = _person(user, settings)
        if not yes and not typer.confirm(
            "Erase everything of this person? It cannot be undone.", err=True
        ):
            say("nothing was erased")
            raise typer.Exit(1)
        erased = asyncio.run(desk.erase(whom, Actor.at_command_line()))
    if as_json:
        sys.stdout.write(to_json(erased.as_json()) + "\n")
        return
    _tell(erased)


@privacy_app.command("retain")
def retain(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Count what would be removed, remove nothing.")
    ] = False,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Remove what is older than its term (content/retention.yml), as the running service does every hour."""
    settings = load_settings()
    terms = load_terms(settings.content)
    path = database_path(settings.home if dry_run else prepare_home(settings))
    with closing(Reader(path)) as reader:
        if dry_run:
            outcomes = look(reader, terms, utc_now())
        else:
            with closing(Writer(path)) as writer:
                job = Retention(reader, writer, lambda: terms)
                outcomes = asyncio.run(job.round(Actor.at_command_line()))
    totals: Counter[str] = Counter()
    for outcome in outcomes:
        totals.update(removed=outcome.removed, spared=outcome.spared)
    rows: list[dict[str, Any]] = [
        {
            "kind": outcome.kind,
            "days": terms[outcome.kind].lifetime.total_seconds() / 86400,
            "removed": outcome.removed,
            "spared": outcome.spared,
        }
        for outcome in outcomes
    ]
    if not as_json:
        rows = [{**row, "days": f"{row['days']:g}" if row["days"] >= 1 else "<1"} for row in rows]
    show_rows(rows, _RETAINED, as_json=as_json, nothing="no kinds")
    verb = "would be removed" if dry_run else "removed"
    say(f"{totals['removed']} rows {verb}; {totals['spared']} spared by holds, cases and signals")


@privacy_app.command("audit")
def audit(
    verify: Annotated[
        bool, typer.Option("--verify", help="Check the seals of all entries; exit 1 if one broke.")
    ] = False,
    action: Annotated[
        Optional[str], typer.Option("--action", help="How the action begins, such as transcript.")
    ] = None,
    subject: Annotated[
        Optional[str], typer.Option("--subject", help="The id of what it was done to.")
    ] = None,
    actor: Annotated[Optional[str], typer.Option("--actor", help="Who did it.")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 20,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show who read or changed what, newest first."""
    with closing(Reader(database_path(load_settings().home))) as reader:
        log = AuditLog(reader)
        if verify:
            _verify(log)
            return
        entries = log.latest(limit, subject=subject, action=action, actor=actor)
    show_rows([e.as_json() for e in entries], _ENTRIES, as_json=as_json, nothing="no entries")


def _verify(log: AuditLog) -> None:
    broken = log.first_broken()
    if broken is not None:
        say(f"audit: entry {broken} was changed, or one before it was removed")
        raise typer.Exit(1)
    last = log.latest(1)
    say(f"audit: {last[0].seq if last else 0} entries hold")
    if last:
        sys.stdout.write(f"{last[0].seal}\n")


def _person(text: str, settings: Settings) -> Pseudonym:
    try:
        return person(text, Hasher(settings.secrets))
    except PrivacyError as error:
        raise typer.BadParameter(str(error), param_hint="USER") from None


@contextmanager
def _desk() -> Iterator[tuple[DataRequests, Settings]]:
    settings = load_settings()
    path = database_path(prepare_home(settings))
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        yield DataRequests(settings, reader, writer), settings


def _tell(erased: Erased) -> None:
    done = erased.erasure
    for table, rows in done.removed.items():
        say(f"{table}: {rows} rows erased")
    if erased.conversations:
        say(f"Redis: {erased.conversations} conversations erased")
    for table, rows in done.held.items():
        say(f"{table}: {rows} rows stay under a legal hold; see: jingzhong cases evidence log")
    if done.events_kept:
        say(f"{done.events_kept} signals stay under the keyed hash until their term ends")
    if not (done.removed or erased.conversations):
        say("nothing else was stored of this person")
    if not erased.off_disk:
        say("somebody reads the ledger now: erased text leaves its journal within the hour")
