"""Signals as lines of CSV, for people with a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any, Final

from bot.ledger.reading import StoredEvent
from bot.sinks.files import Key, LineFormat

COLUMNS: Final = (
    *(
        "id",
        "source",
        "time",
        "code",
        "stage",
        "urgency",
        "confidence",
        "contacts",
        "agency",
        "amounts",
    ),
    *("platform", "channel", "evidence"),
)
# With these a spreadsheet takes a cell for a formula; users wrote some of the cells.
_FORMULA: Final = ("=", "+", "-", "@")


class CsvLines(LineFormat):
    """One signal a line, in UTF-8 with the mark by which spreadsheets recognise that.

    Lists are joined by "; ", contacts written as ``kind:value``. A cell that could be taken for a formula has an
    apostrophe before it; line breaks and tabs within a cell are spaces.
    """

    suffix = "csv"
    heading = b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\n"

    def line(self, event: StoredEvent) -> str:
        """The line of a signal; an event of another type has most cells empty."""
        told = event.event
        data = told["data"]
        cells = {
            **{name: data.get(name) for name in COLUMNS},
            "id": event.id,
            "source": event.source,
            "time": told["time"],
            "contacts": [f"{c['kind']}:{c['value']}" for c in data.get("contacts", ())],
        }
        text = io.StringIO()
        csv.writer(text, lineterminator="").writerow(_cell(cells[name]) for name in COLUMNS)
        return text.getvalue()

    def key(self, line: str) -> Key | None:
        """Reads the first two cells; the heading has none."""
        cells = next(csv.reader([line]), [])
        return (cells[1], cells[0]) if len(cells) == len(COLUMNS) and cells[0] != "id" else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    text = " ".join(text.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
