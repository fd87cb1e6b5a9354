"""``jingzhong report``: the operations report of a month."""

from __future__ import annotations

import sys
from contextlib import closing
from enum import Enum
from typing import Annotated

import typer

from bot.ledger.database import Reader, database_path
from bot.ledger.encoding import to_json, utc_now
from bot.reporting.monthly import Month, month_report
from bot.reporting.spelling import month_rows
from bot.settings import Settings, load_settings


class Form(str, Enum):
    """How the report is written."""

    TEXT = "text"
    CSV = "csv"
    HTML = "html"
    JSON = "json"


def report(
    month: Annotated[
        str, typer.Option("--month", metavar="YYYY-MM", help="Which month, in Beijing.")
    ],
    form: Annotated[
        Form, typer.Option("--format", "-f", help="html is one file, made to be printed.")
    ] = Form.TEXT,
) -> None:
    """Write the operations report of a month to standard output; the same figures as on the console."""
    settings = load_settings()
    with closing(Reader(database_path(settings.home))) as reader:
        try:
            found = month_report(reader, month)
        except ValueError:
            raise typer.BadParameter(
                f"{month!r} is no month; write it as 2026-11", param_hint="--month"
            ) from None
    sys.stdout.write(_written(settings, month, found, form))


def _written(settings: Settings, text: str, month: Month, form: Form) -> str:
    # The console imports the whole service, which no other command should wait for.
    from bot.console.month import month_document
    from bot.console.parts.report import month_json
    from bot.console.tables import Column, Table, as_csv
    from bot.console.wording import SHELL, Wording

    if form is Form.JSON:
        return to_json(month_json(text, month)) + "\n"
    if form is Form.HTML:
        return month_document(settings.content, text, month, utc_now())
    wording = Wording(settings.content)
    w, shell = wording.of("report"), wording.of(SHELL)
    rows = list(month_rows(month, w, lambda kind, key: shell.names(kind).get(key, key)))
    if form is Form.CSV:
        titles = [Column(w(f"month.{name}")) for name in ("section", "name", "value")]
        return as_csv(Table("month", titles, rows, empty="")).decode("utf-8")
    lines, section = [w("month.title", month=text)], ""
    for part, name, value in rows:
        if part != section:
            lines += ["", part]
            section = part
        shown = "-" if value is None else f"{value:.4g}" if isinstance(value, float) else value
        lines.append(f"  {name}  {shown}")
    return "\n".join(lines) + "\n"
