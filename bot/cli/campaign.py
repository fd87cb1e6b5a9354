"""``jingzhong campaign``: the scripts of education campaigns, from the first draft to the approval."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Annotated, Optional

import typer
from rich.console import Console

from actions.content import ContentError, load_content
from bot.campaigns.check import Checked, ScriptCheck
from bot.campaigns.drawing import drawing
from bot.campaigns.player import Player
from bot.campaigns.preview import Preview, PreviewWords
from bot.campaigns.scripts import VARIANTS
from bot.campaigns.scripts_approval import state_of
from bot.cli.campaign_approval import approve, decline, submit
from bot.cli.campaign_push import add_push_commands
from bot.cli.campaign_report import report
from bot.cli.progress import say
from bot.cli.tables import show
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import to_json
from bot.settings import load_settings

campaign_app = typer.Typer(
    help="Education campaigns: scripts in which borrowers practise to resist a scam.",
    no_args_is_help=True,
)
campaign_app.command("submit")(submit)
campaign_app.command("approve")(approve)
campaign_app.command("decline")(decline)
campaign_app.command("report")(report)
add_push_commands(campaign_app)

_JSON = typer.Option("--json", help="JSON lines instead of text.")
_COLUMNS = ("id", "code", "audience", "state", "problems")


@campaign_app.command()
def check(
    scripts: Annotated[
        Optional[list[str]],
        typer.Argument(metavar="[SCRIPT]...", help="Ids or files; all scripts without any."),
    ] = None,
    as_json: Annotated[bool, _JSON] = False,
) -> None:
    """Check scripts: form, ways through, texts, free words; exit 2 and a line each if anything is wrong."""
    checking = ScriptCheck(load_settings().content)
    found = checking.files(_paths(checking, scripts)) if scripts else checking.all()
    for checked in found:
        for problem, line in zip(checked.problems, checking.lines(checked), strict=True):
            if as_json:
                row = {"file": str(checked.file.path), "line": problem.line, "problem": problem.key}
                sys.stdout.write(to_json({**row, "what": checking.words.what(problem)}) + "\n")
            else:
                typer.echo(line, err=True)
    if any(checked.problems for checked in found):
        raise typer.Exit(2)
    say(f"{len(found)} script{'s are' if len(found) != 1 else ' is'} in order")


@campaign_app.command("list")
def list_scripts(as_json: Annotated[bool, _JSON] = False) -> None:
    """Show all scripts and whether a second person has approved their present wording."""
    settings = load_settings()
    checking = ScriptCheck(settings.content)
    with closing(Reader(database_path(settings.home))) as reader:
        rows = [_row(checked, reader) for checked in checking.all()]
    show(rows, _COLUMNS, as_json=as_json, nothing="no scripts; see content/campaigns/README.md")


@campaign_app.command()
def preview(
    script: Annotated[str, typer.Argument(metavar="SCRIPT", help="An id or a file.")],
    variant: Annotated[str, typer.Option("--variant", help="Which opening: A or B.")] = "A",
    channel: Annotated[
        Optional[str], typer.Option("--channel", help="The wording for this channel.")
    ] = None,
    drawn: Annotated[
        Optional[Path],
        typer.Option("--drawing", help="Write the drawing of the branches here (SVG) and end."),
    ] = None,
) -> None:
    """Play a script here; answers come from the keyboard, or line by line from standard input."""
    if variant not in VARIANTS:
        raise typer.BadParameter(f"there are {' and '.join(VARIANTS)}", param_hint="--variant")
    folder = load_settings().content
    checking = ScriptCheck(folder)
    checked = checking.files(_paths(checking, [script]))[0]
    for line in checking.lines(checked):
        typer.echo(line, err=True)
    if checked.script is None or not checked.playable:
        raise typer.Exit(2)
    words = PreviewWords.load(folder)
    if drawn is not None:
        _write(drawn, drawing(checked.script, words.drawing, alone=True))
        say(f"wrote {drawn}")
        return
    player = Player.of(load_content(folder), folder)
    Preview(player, words, Console()).play(checked.script, variant, channel, _answer)


def _row(checked: Checked, reader: Reader) -> dict[str, object]:
    script = checked.script
    row: dict[str, object] = {"id": checked.name, "problems": len(checked.problems)}
    if script is None:
        return {**row, "state": "broken"}
    return {
        **row,
        "code": script.code,
        "title": script.title,
        "audience": script.audience,
        "version": script.version,
        "booster of": script.booster_of,
        "hash": script.hash,
        "state": state_of(reader, script),
    }


def _paths(checking: ScriptCheck, names: list[str]) -> list[Path]:
    return [checking.path(name) for name in names]


def _answer(prompt: str) -> str | None:
    if sys.stdin.isatty():
        print(prompt, file=sys.stderr, end="", flush=True)
    line = sys.stdin.readline()
    text = line.strip()
    if not line or text in ("q", "Q"):
        return None
    if not sys.stdin.isatty():
        # Whoever reads the transcript wants to see what was answered.
        print(f"> {text}\n")
    return text


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ContentError(f"{path}: cannot be written ({error.strerror})") from None
