"""The monthly education report as a document that stands by itself, and as rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from bot.campaigns.library import Library
from bot.campaigns.reach.month import EducationMonth
from bot.console.document import document
from bot.console.parts.campaigns.month import month_table, month_values
from bot.console.tables import Table
from bot.console.wording import SHELL, Wording

_PART: Final = "campaigns"


def education_document(
    content: Path, library: Library, text: str, found: EducationMonth, made_at: datetime
) -> str:
    """The report as one HTML file that asks nobody for anything.

    Raises:
        ContentError: when the console's wording is missing or broken.
    """
    wording = Wording(content)
    w = wording.of(_PART)
    return document(
        wording,
        "campaigns/document.html",
        w,
        text,
        made_at,
        **month_values(w, wording.of(SHELL), found, library),
    )


def education_table(content: Path, library: Library, found: EducationMonth) -> Table:
    """Every figure of the month in a row of its own.

    Raises:
        ContentError: when the console's wording is missing or broken.
    """
    wording = Wording(content)
    return month_table(wording.of(_PART), wording.of(SHELL), found, library)
