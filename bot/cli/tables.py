"""How commands show rows: a table for people, JSON lines for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.ledger.encoding import to_json


def show(
    rows: Sequence[Mapping[str, Any]], columns: Iterable[str], *, as_json: bool, nothing: str
) -> None:
    """Shows rows as JSON lines, or as a table of these columns; ``nothing`` stands for an empty one."""
    if as_json:
        sys.stdout.writelines(to_json(dict(row)) + "\n" for row in rows)
        return
    names = list(columns)
    table = Table(box=None)
    for name in names:
        # An id that is cut is of no use to the next command.
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for row in rows:
        table.add_row(*(cell(row.get(name)) for name in names))
    Console().print(table if rows else nothing)


def cell(value: object) -> Text:
    """A value as it can be shown on a terminal, whoever wrote it: no markup and no control characters."""
    text = "" if value is None else str(value)
    return Text("".join(c if c.isprintable() else "\ufffd" for c in text))
