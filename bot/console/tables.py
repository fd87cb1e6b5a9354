"""Tables: declared once, shown on the page and downloaded as CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from actions.facts import BEIJING

KINDS: Final = frozenset(
    {
        "text",
        "long",
        "number",
        "share",
        "time",
        "day",
        "code",
        "stage",
        "urgency",
        "channel",
        "state",
        "id",
    }
)
# A spreadsheet takes such a cell for a formula; a plain number, also a phone's, is none.
_FORMULA = re.compile(r"[=@\t\r+-]")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


@dataclass(frozen=True)
class Column:
    """A column; ``kind`` decides how its values are written.

    ``text``; ``long``, a text of a sentence or more; ``number``; ``share`` (of 1, as a percentage); ``time`` and ``day`` (in Beijing time); ``code``,
    ``stage``, ``urgency`` and ``channel`` of a signal by their Chinese names; ``state``: a text on a coloured tag; ``id``: shortened on the page. A column that is
    not ``shown`` stands in the download alone.
    """

    title: str
    kind: str = "text"
    shown: bool = True

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"{self.kind} is no kind of column; there are {', '.join(sorted(KINDS))}"
            )


@dataclass(frozen=True)
class Cell:
    """A value that is more than itself: a link, a tag of a ``tone`` (good, warm, alarm, quiet), a second line.

    ``html`` (of ``Markup``) stands in place of the value on the page, such as a sparkline or a small form.
    """

    value: Any
    href: str | None = None
    tone: str | None = None
    more: str | None = None
    html: Any = None


@dataclass(frozen=True)
class Table:
    """Rows under columns. ``name`` is that of the CSV file and unique on its page; ``empty`` is shown without rows."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Any]]
    empty: str
    caption: str = ""

    def cells(self) -> Iterable[list[tuple[Column, Cell]]]:
        """The rows as columns with cells."""
        for row in self.rows:
            yield [
                (column, value if isinstance(value, Cell) else Cell(value))
                for column, value in zip(self.columns, row, strict=True)
            ]


def as_csv(table: Table) -> bytes:
    """The table for a spreadsheet: UTF-8 with its mark, nothing in it that would be run as a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_safe(column.title) for column in table.columns])
    for row in table.cells():
        writer.writerow([_safe(plain(cell.value)) for _, cell in row])
    return "\ufeff".encode() + text.getvalue().encode("utf-8", "replace")


def plain(value: Any) -> str:
    """A value as a program reads it: times in Beijing with their offset, nothing for ``None``."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(BEIJING).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def _safe(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text
