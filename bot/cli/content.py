"""``jingzhong content``."""

from __future__ import annotations

from datetime import datetime

import typer

from actions.facts import BEIJING
from bot.cli.progress import say
from bot.content_check import check_content
from bot.settings import load_settings

content_app = typer.Typer(help="The wording and numbers of the assistant.", no_args_is_help=True)


@content_app.callback()
def content() -> None:
    """The wording and numbers of the assistant."""


@content_app.command()
def check() -> None:
    """Check every reply, number and dated fact in content/; exit 2 and a line each if anything is wrong."""
    settings = load_settings()
    problems = check_content(settings.content, datetime.now(BEIJING).date())
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(2)
    say("content is in order")
