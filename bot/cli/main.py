"""All commands of ``jingzhong`` and what every one of them does with errors.

Exit codes: 2 for wrong settings, arguments or content, 1 for everything else that fails.
"""

from __future__ import annotations

import sys

import typer

from actions.content import ContentError
from bot.cli.bench import bench
from bot.cli.content import content_app
from bot.cli.detect import detect
from bot.cli.evaluate import evaluate
from bot.cli.serve import serve
from bot.cli.signals import signals_app
from bot.cli.train import train
from bot.ledger.errors import LedgerError
from bot.settings import SettingsError
from bot.training import TrainingError

app = typer.Typer(
    name="jingzhong",
    help="Jingzhong: conversational fraud warnings for consumer-finance companies.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("run")(serve)
app.command("train")(train)
app.command("detect")(detect)
app.command("evaluate")(evaluate)
app.command("bench")(bench)
app.add_typer(signals_app, name="signals")
app.add_typer(content_app, name="content")


def run() -> None:
    """Runs the command line; an error that its reader can mend is one line on standard error."""
    try:
        app()
    except (SettingsError, ContentError) as error:
        _fail(str(error), 2)
    except (LedgerError, TrainingError) as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _fail(message: str, code: int) -> None:
    print(f"jingzhong: {message}", file=sys.stderr)
    sys.exit(code)
