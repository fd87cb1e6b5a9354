"""``jingzhong detect``: what the understanding makes of texts, without storing any."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Optional, TextIO

import typer

from bot.cli.progress import Steps
from bot.settings import load_settings

SHOWN_EVERY = 100  # messages between two movements of the progress bar


def detect(
    text: Annotated[
        Optional[str],
        typer.Argument(
            help="A message to explain; without it, lines are read from standard input."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of colours.")] = False,
) -> None:
    """Explain one message, or analyse texts or {"text": ...} lines from standard input as JSON lines."""
    settings = load_settings()
    from bot.recognition import load_recogniser
    from bot.training import ensure_model

    steps = Steps("training the model")
    recogniser = load_recogniser(ensure_model(settings.models, steps))
    steps.done()
    if text is None:
        for line in _watched(sys.stdin):
            print(json.dumps(_analysed(line, recogniser.parse), ensure_ascii=False), flush=False)
        return
    parsed = recogniser.parse(text)
    if as_json:
        print(json.dumps(parsed, ensure_ascii=False))
    else:
        _explain(text, parsed)


def _watched(lines: TextIO) -> Iterator[str]:
    """The lines, with a progress bar on standard error for a person who does not see the results pass."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    hidden = sys.stdout.isatty() or not sys.stderr.isatty()
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        disable=hidden,
        redirect_stdout=False,  # it would send the results the way of the bar
    ) as bar:
        task = bar.add_task("messages", total=_size(lines))
        read = 0
        for count, line in enumerate(lines, 1):
            yield line
            read += len(line.encode())
            if count % SHOWN_EVERY == 0:
                bar.update(task, completed=read, description=f"{count} messages")


def _size(lines: TextIO) -> int | None:
    """Bytes to read, where that is known: a pipe has no end until it ends."""
    status = os.fstat(lines.fileno())
    return status.st_size if stat.S_ISREG(status.st_mode) else None


def _analysed(line: str, parse: Any) -> dict[str, Any]:
    line = line.strip("\r\n")
    if not line.strip():
        return {"error": "empty line"}
    text: Any = line
    if line.lstrip().startswith("{"):
        try:
            text = json.loads(line).get("text")
        except (ValueError, AttributeError):
            return {"error": 'broken JSON; write {"text": "..."}'}
    if not isinstance(text, str) or not text.strip():
        return {"error": "no text"}
    found: dict[str, Any] = parse(text)
    return found


def _explain(text: str, parsed: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console()
    shown = Text(text)
    for threat in parsed["threats"]:
        for span in threat["evidence"]:
            shown.stylize("bold red", span["start"], span["end"])
    for entity in parsed["entities"]:
        shown.stylize("underline cyan", entity["start"], entity["end"])
    console.print(shown)
    for label, value in _facts(parsed):
        console.print(f"[bold]{label:>10}[/bold]  {value}")


def _facts(parsed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for threat in parsed["threats"]:
        yield "threat", f"{threat['code']}  {min(threat['confidence'], 0.99):.0%}"
    if not parsed["threats"]:
        yield "ordinary", f"{parsed['intent']['name']}  {parsed['intent']['confidence']:.0%}"
    if parsed["stage"]:
        yield "stage", parsed["stage"]
    if parsed["urgent"]:
        yield "urgent", parsed["urgent"]
    if parsed["tone"] != "calm":
        yield "tone", parsed["tone"]
    for entity in parsed["entities"]:
        yield entity["entity"], str(entity["value"])
