"""``jingzhong signals sinks|dead|retry|replay``: deliveries to the sinks, also while the service runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, Optional

import typer

from bot.audit import Actor
from bot.cli.progress import say
from bot.cli.tables import show
from bot.ledger.database import Reader, database_path
from bot.ledger.writer import Writer
from bot.settings import load_settings, prepare_home
from bot.sinks.building import plans
from bot.sinks.deliveries import Deliveries, parse_moment

_JSON = typer.Option("--json", help="JSON lines instead of a table.")
_STATES = ("sink", "kind", "seq", "lag", "oldest", "waiting", "dead", "replaying", "trouble")
_LETTERS = ("seq", "time", "sink", "code", "contact", "tries", "reason", "id")
_PAGE = 500
_SHORT_ID = 12


def sinks(as_json: Annotated[bool, _JSON] = False) -> None:
    """Show where events go: lag, refused events and dead letters of each sink, and why one stands still."""
    settings = load_settings()
    planned = {plan.name: plan for plan in plans(settings)}
    with closing(Reader(database_path(settings.home))) as reader:
        deliveries = Deliveries(reader)
        names = [*planned, *(name for name in deliveries.sinks() if name not in planned)]
        rows = []
        for name in names:
            plan = planned.get(name)
            state = deliveries.state(name, plan.types if plan else None)
            row: dict[str, Any] = {"kind": plan.options.kind if plan else None, **state.as_json()}
            rows.append(row)
    if not as_json:
        for row in rows:
            row["kind"] = row["kind"] or "not configured"
            row["lag"], row["oldest"] = row["events"], _age(row["seconds"])
    show(rows, _STATES, as_json=as_json, nothing="no sinks; see: docs/sinks.example.yml")


def dead(
    sink: Annotated[
        Optional[str], typer.Option("--sink", metavar="NAME", help="Only of it.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 100,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show the dead letters: events that a sink refused until nobody tried any more, oldest first."""
    with closing(Reader(database_path(load_settings().home))) as reader:
        letters = Deliveries(reader).dead(sink, limit=limit)
    rows = [letter.as_json() for letter in letters]
    if not as_json:
        for row in rows:
            row["time"] = row["dead_at"][:19].replace("T", " ")
            row["code"] = row["code"] or row["type"]
            row["id"] = row["id"][:_SHORT_ID]
    show(rows, _LETTERS, as_json=as_json, nothing="no dead letters")


def retry(
    ids: Annotated[
        Optional[list[str]],
        typer.Argument(metavar="[ID]...", help="Ids of dead letters, or their beginnings."),
    ] = None,
    sink: Annotated[
        Optional[str], typer.Option("--sink", metavar="NAME", help="All of this sink.")
    ] = None,
) -> None:
    """Have dead letters tried again; a running service does it within a second or so."""
    if not ids and sink is None:
        raise typer.BadParameter("give ids (see: jingzhong signals dead) or --sink NAME")
    with _deliveries() as deliveries:
        wanted = [_dead_id(deliveries, id, sink) for id in ids] if ids else None
        count = asyncio.run(deliveries.retry(Actor.at_command_line(), sink=sink, ids=wanted))
    say(f"{count} dead letter{'' if count == 1 else 's'} will be tried again")


def replay(
    sink: Annotated[str, typer.Option("--sink", metavar="NAME", help="Who gets them again.")],
    first: Annotated[
        Optional[int], typer.Option("--from", min=1, metavar="SEQ", help="The first event.")
    ] = None,
    since: Annotated[
        Optional[str],
        typer.Option(
            "--since", metavar="TIME", help="Or events from this time on; UTC if no zone."
        ),
    ] = None,
    last: Annotated[
        Optional[int],
        typer.Option(
            "--to", min=1, metavar="SEQ", help="The last event; all there are if not given."
        ),
    ] = None,
) -> None:
    """Hand over again what a sink has had, say after its receiver lost data; new events wait meanwhile."""
    if (first is None) == (since is None):
        raise typer.BadParameter("give either --from SEQ or --since TIME")
    with _deliveries() as deliveries:
        begin = first if first is not None else _first_since(deliveries, since or "")
        if last is not None and last < begin:
            raise typer.BadParameter(f"--to {last} is before the first event, {begin}")
        count = asyncio.run(deliveries.replay(Actor.at_command_line(), sink, begin, last))
    say(f"up to {count} events from {begin} on will be handed over to {sink} again")


@contextmanager
def _deliveries() -> Iterator[Deliveries]:
    path = database_path(prepare_home(load_settings()))
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        yield Deliveries(reader, writer)


def _dead_id(deliveries: Deliveries, beginning: str, sink: str | None) -> str:
    """The whole id of the one event among the dead letters that begins so."""
    wanted, found, after = beginning.strip().lower(), set(), (0, "")
    while page := deliveries.dead(sink, after=after, limit=_PAGE):
        found |= {letter.id for letter in page if wanted and letter.id.startswith(wanted)}
        after = (page[-1].seq, page[-1].sink)
    if len(found) != 1:
        reason = (
            "several dead letters have an id that begins with"
            if found
            else "no dead letter has the id"
        )
        raise typer.BadParameter(f"{reason} {beginning!r}; see: jingzhong signals dead")
    return found.pop()


def _first_since(deliveries: Deliveries, text: str) -> int:
    try:
        moment = parse_moment(text)
    except ValueError:
        raise typer.BadParameter(
            f"--since: {text!r} is no time; write 2026-11-29 or 2026-11-29T08:00+08:00"
        ) from None
    first = deliveries.first_since(moment)
    if first is None:
        raise typer.BadParameter(f"--since: there is no event since {moment.isoformat()}")
    return first


def _age(seconds: float) -> str:
    if seconds < 1:
        return ""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"
