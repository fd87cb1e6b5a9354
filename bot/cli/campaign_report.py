"""``jingzhong campaign report``: what the campaigns of a month came to."""

from __future__ import annotations

import sys
from contextlib import closing
from enum import Enum
from typing import Annotated

import typer

from actions.content import load_content
from bot.campaigns.library import Library
from bot.campaigns.reach.month import education_month
from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import utc_now
from bot.settings import load_settings


class Form(str, Enum):
    """How the report is written."""

    HTML = "html"
    CSV = "csv"


def report(
    month: Annotated[
        str, typer.Option("--month", metavar="YYYY-MM", help="Which month, in Beijing.")
    ],
    form: Annotated[
        Form, typer.Option("--format", "-f", help="html is one file, made to be printed.")
    ] = Form.HTML,
) -> None:
    """Write the consumer-protection report of a month to standard output, as on the console."""
    settings = load_settings()
    library = Library.load(settings.content, load_content(settings.content))
    with closing(Reader(database_path(settings.home))) as reader:
        try:
            found = education_month(reader, month, library.scripts)
        except ValueError:
            raise typer.BadParameter(
                f"{month!r} is no month; write it as 2026-11", param_hint="--month"
            ) from None
    # The console imports the whole service, which no other command should wait for.
    from bot.console.education import education_document, education_table
    from bot.console.tables import as_csv

    if form is Form.HTML:
        sys.stdout.write(education_document(settings.content, library, month, found, utc_now()))
        return
    table = education_table(settings.content, library, found)
    sys.stdout.write(as_csv(table).decode("utf-8"))
