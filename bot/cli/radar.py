"""``jingzhong radar``: what many different people began to report at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Annotated, Any, Optional

import typer

from actions.content import load_content
from bot.audit import Actor
from bot.cli.progress import Steps, say
from bot.cli.tables import show
from bot.ledger.database import Reader, database_path
from bot.ledger.events import event_source
from bot.ledger.writer import Writer
from bot.radar.book import STATES, Alert, AlertBook, RadarError
from bot.radar.radar import Radar
from bot.radar.showing import alert_json
from bot.radar.wording import RadarWords
from bot.settings import ROOT, load_settings, prepare_home

radar_app = typer.Typer(
    help="Radar: contacts, agencies and new words that many people began to report at once.",
    no_args_is_help=True,
)

_SHORT_ID = 12
_ID = typer.Argument(metavar="ID", help="The id of an alert, or its beginning.")
_JSON = typer.Option("--json", help="JSON lines instead of text.")
_COLUMNS = ("day", "state", "kind", "value", "reporters", "expected", "with", "up", "id")


@radar_app.command("list")
def list_alerts(
    state: Annotated[
        Optional[str], typer.Option("--state", help=f"Only in this state: {', '.join(STATES)}.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 20,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Show alerts, the newest first."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"{state!r} is no state; use one of {', '.join(STATES)}")
    with _book() as book:
        alerts = book.latest(state, limit=limit)
    _show(alerts, as_json)


@radar_app.command("explain")
def explain(
    id: Annotated[str, _ID],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Say in Chinese why an alert was raised, with examples of what users said."""
    words = RadarWords.load(load_settings().content)
    with _book() as book:
        alert = book.find(id)
        examples = book.examples(alert.main)
    if as_json:
        _show([alert], as_json=True)
        return
    lines = [words.title(alert), "", *words.explain(alert), ""]
    lines += [words.texts["examples"]] if examples else [words.texts["no_examples"]]
    lines += [
        f"  {example.event_id[:_SHORT_ID]}  {'；'.join(example.texts)}" for example in examples
    ]
    for line in lines:
        # Users wrote some of it: no control characters of theirs reach the terminal.
        sys.stdout.write("".join(sign for sign in line if sign.isprintable()) + "\n")


@radar_app.command("seen")
def acknowledge(id: Annotated[str, _ID], as_json: Annotated[bool, _JSON] = False) -> None:
    """Note that an alert was looked at; takes a dismissal back."""
    with _book(write=True) as book:
        alert = asyncio.run(book.acknowledge(book.find(id).id, Actor.at_command_line()))
    _show([alert], as_json)


@radar_app.command("dismiss")
def dismiss(
    id: Annotated[str, _ID],
    reason: Annotated[
        str, typer.Option("--reason", help="Why; secrets of people in it are masked.")
    ],
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Put an alert aside; it comes back if twice as many people report it."""
    with _book(write=True) as book:
        alert = asyncio.run(book.dismiss(book.find(id).id, Actor.at_command_line(), reason))
    _show([alert], as_json)


@radar_app.command("look")
def look(as_json: Annotated[bool, _JSON] = False) -> None:
    """Count what is new and look at it now, as the running service does every few minutes."""
    settings = load_settings()
    path = database_path(prepare_home(settings))
    source = event_source(load_content(settings.content).short_name)
    with closing(Writer(path)) as writer, closing(Reader(path)) as reader:
        radar = Radar(reader, writer, source)
        raised = asyncio.run(radar.round())
        book = AlertBook(reader)
        alerts = [alert for id in raised if (alert := book.get(id))]
        ready = radar.is_ready()
    if not ready:
        say("radar: less than five weeks of signals; there is nothing to compare with yet")
    _show(alerts, as_json, nothing="no new alerts")


@radar_app.command("simulate")
def simulate(
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="How many simulated years.")] = 20,
    first: Annotated[int, typer.Option("--first", min=0, help="The first seed.")] = 0,
    processes: Annotated[
        int, typer.Option("--processes", min=1, help="How many years at the same time.")
    ] = 1,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Measure the radar on simulated years with bursts in them (docs/radar.md); minutes a year.

    Exit 1 when a burst was not found within its first seven days, or more than one alert a month was false.
    """
    from bot.radar.figures import figures_of, tell
    from bot.radar.trial import run_trials
    from nlu.evaluation.rows import RowError

    steps = Steps("simulating")
    try:
        outcomes = run_trials(
            ROOT / "tests" / "nlu" / "heldout" / "threats.jsonl",
            range(first, first + seeds),
            processes,
            steps,
        )
    except RowError as error:
        say(str(error))
        raise typer.Exit(2) from None
    steps.done()
    figures = figures_of(outcomes)
    tell(figures, as_json=as_json)
    if not figures.as_wanted:
        raise typer.Exit(1)


@contextmanager
def _book(*, write: bool = False) -> Iterator[AlertBook]:
    """The alerts of the settings; an error ends the command with one line."""
    settings = load_settings()
    path = database_path(prepare_home(settings) if write else settings.home)
    writer = Writer(path) if write else None
    try:
        with closing(Reader(path)) as reader:
            yield AlertBook(reader, writer)
    except RadarError as error:
        say(str(error))
        raise typer.Exit(1) from None
    finally:
        if writer is not None:
            writer.close()


def _show(alerts: list[Alert], as_json: bool, nothing: str = "no alerts") -> None:
    rows: list[dict[str, Any]] = [alert_json(alert) for alert in alerts]
    if not as_json:
        rows = [
            {
                **row,
                **row["risings"][0],
                "expected": f"{row['risings'][0]['expected']:.1f}",
                "with": len(row["risings"]) - 1 or "",
                "up": "" if row["over"] else "up",
                "id": row["id"][:_SHORT_ID],
            }
            for row in rows
        ]
    show(rows, _COLUMNS, as_json=as_json, nothing=nothing)
