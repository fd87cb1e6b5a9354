"""``jingzhong evaluate``: how well the understanding does on labelled messages or on transcripts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

from bot.settings import load_settings


def evaluate(
    files: Annotated[
        Optional[list[Path]],
        typer.Argument(
            help="JSON lines with text and, if known, labels, stage, style, topic, urgent, numbers, "
            "amounts; without labels only alarms are counted. Default: the test set of the checkout."
        ),
    ] = None,
    html: Annotated[
        Optional[Path], typer.Option(metavar="FILE", help="Write a report for people.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="All figures and errors as JSON on standard output.")
    ] = False,
    floors: Annotated[
        Optional[bool],
        typer.Option(
            "--floors/--no-floors",
            help="Fail if a figure is worse than its committed floor. Default: for the test set only.",
        ),
    ] = None,
    peers: Annotated[
        bool,
        typer.Option(
            "--peers",
            help="Set a keyword list and the stock Rasa pipeline beside it (10 to 30 minutes, then kept).",
        ),
    ] = False,
) -> None:
    """Measure the understanding; exit 1 and a line each if a figure is worse than its floor."""
    settings = load_settings()
    # Importing the understanding takes a second that other commands do not need.
    from bot.cli.measuring import Wanted, run

    run(settings, Wanted(tuple(files or ()), html, as_json, floors, peers))
