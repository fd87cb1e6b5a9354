"""The monthly education report as a document that stands by itself, and as rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

from markupsafe import Markup

from actions.content import load_content
from bot.campaigns.library import Library
from bot.campaigns.reach.month import EducationMonth
from bot.console.files import STATIC, THEME
from bot.console.navigation import Navigation
from bot.console.parts.campaigns.showing import month_values
from bot.console.rendering import Rendering
from bot.console.tables import Table
from bot.console.wording import SHELL, Wording

_PART: Final = "campaigns"


def education_document(content: Path, text: str, found: EducationMonth, made_at: datetime) -> str:
    """The report as one HTML file that asks nobody for anything.

    Raises:
        ContentError: when the console's wording or the scripts' is missing or broken.
    """
    wording = Wording(content)
    w = wording.of(_PART)
    sheets = (THEME, STATIC / "controls.css", STATIC / "console.css", STATIC / "parts.css")
    return Rendering(wording, Navigation(())).bare(
        "campaigns/document.html",
        style=Markup("\n").join(Markup(sheet.read_text(encoding="utf-8")) for sheet in sheets),  # noqa: S704 - our own files
        w=w,
        month=text,
        made_at=made_at,
        **month_values(w, wording.of(SHELL), found, _titles(content)),
    )


def education_table(content: Path, found: EducationMonth) -> Table:
    """The campaigns of the month as a table.

    Raises:
        ContentError: when the console's wording or the scripts' is missing or broken.
    """
    wording = Wording(content)
    values = month_values(wording.of(_PART), wording.of(SHELL), found, _titles(content))
    table = values["table"]
    assert isinstance(table, Table)
    return table


def _titles(content: Path) -> dict[str, str]:
    library = Library.load(content, load_content(content))
    return {name: script.title for name, script in library.scripts.items()}
