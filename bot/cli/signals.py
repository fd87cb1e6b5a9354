"""``jingzhong signals``: reads the ledger, also while the service runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, Optional

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from bot.cli.tables import cell
from bot.ledger.encoding import to_json
from bot.ledger.errors import LedgerError
from bot.ledger.reading import LedgerView, StoredEvent
from bot.settings import SettingsError, load_settings
from nlu.analysis import THREAT_CODES

signals_app = typer.Typer(
    help="Read the signals that the service has written, and see where they go.",
    no_args_is_help=True,
)

_CODE = typer.Option(
    None, "--code", metavar="CODE", help=f"Only this threat code: {', '.join(THREAT_CODES)}."
)
_SHORT_ID = 12


@signals_app.command("export")
def export_signals(
    since_seq: int = typer.Option(
        0,
        "--since-seq",
        min=0,
        help="Only signals behind this sequence number (see: signals list).",
    ),
    code: Optional[str] = _CODE,
) -> None:
    """Write all signals to standard output: one CloudEvent per line, as JSON, oldest first."""
    with _ledger() as view:
        events = track(
            view.iterate(since_seq, _known(code)),
            description="signals",
            total=view.count(since_seq, code),
            console=Console(stderr=True),
            transient=True,
            disable=sys.stdout.isatty() or not sys.stderr.isatty(),
        )
        for event in events:
            sys.stdout.write(event.line + "\n")


@signals_app.command("list")
def list_signals(
    limit: int = typer.Option(20, "--limit", "-n", min=1, help="How many of the newest signals."),
    code: Optional[str] = _CODE,
    as_json: bool = typer.Option(False, "--json", help="JSON lines instead of a table."),
) -> None:
    """Show the newest signals, the newest last."""
    with _ledger() as view:
        rows = [_summary(event) for event in view.latest(limit, _known(code))]
    if as_json:
        sys.stdout.writelines(to_json(row) + "\n" for row in rows)
        return
    table = Table("seq", "time", "code", "stage", "urgency", "conf.", "subject", "id", box=None)
    for row in rows:
        cells = {**row, "confidence": f"{row['confidence']:.2f}", "id": row["id"][:_SHORT_ID]}
        cells["time"] = row["time"][:19].replace("T", " ")
        table.add_row(*(cell(value) for value in cells.values()))
    Console().print(table if rows else "no signals")


@signals_app.command("show")
def show_signal(
    id: str = typer.Argument(..., metavar="ID", help="The id of a signal, or its beginning."),
) -> None:
    """Show one signal as JSON."""
    with _ledger() as view:
        wanted = id.strip().lower()
        found = view.starting_with(wanted) if wanted else []
    if not found:
        _fail(f"no signal with the id {id!r}; see: jingzhong signals list", 1)
    if len(found) > 1:
        _fail(f"several signals have an id that begins with {id!r}; give more of it", 1)
    sys.stdout.write(json.dumps(found[0].event, ensure_ascii=False, indent=2) + "\n")


@contextmanager
def _ledger() -> Iterator[LedgerView]:
    """The ledger of the settings; an error ends the command with one line."""
    try:
        yield LedgerView.at(load_settings().home)
    except SettingsError as error:
        _fail(str(error), 2)
    except LedgerError as error:
        _fail(str(error), 1)


def _known(code: str | None) -> str | None:
    if code is not None and code not in THREAT_CODES:
        raise typer.BadParameter(
            f"{code!r} is no threat code; use one of {', '.join(THREAT_CODES)}",
            param_hint="--code",
        )
    return code


def _summary(stored: StoredEvent) -> dict[str, Any]:
    event = stored.event
    data = event["data"]
    return {
        "seq": stored.seq,
        "time": event["time"],
        "code": stored.code,
        "stage": data["stage"],
        "urgency": data["urgency"],
        "confidence": data["confidence"],
        "subject": event.get("subject"),
        "id": stored.id,
    }


def _fail(line: str, status: int) -> NoReturn:
    sys.stderr.write(f"jingzhong: {line}\n")
    raise typer.Exit(status)
