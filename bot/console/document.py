"""Reports of a month as files that stand by themselves, with the look of the console."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from markupsafe import Markup

from bot.console.files import STATIC, THEME
from bot.console.navigation import Navigation
from bot.console.rendering import Rendering
from bot.console.wording import Wording, Words

_SHEETS: Final = (
    THEME,
    *(STATIC / name for name in ("controls.css", "console.css", "parts.css")),
)


def document(
    wording: Wording, template: str, w: Words, month: str, made_at: datetime, **values: Any
) -> str:
    """One HTML file that asks nobody for anything; ``template`` extends ``document.html``.

    Raises:
        ContentError: when the console's wording is missing or broken.
    """
    return Rendering(wording, Navigation(())).bare(
        template,
        style=Markup("\n").join(Markup(sheet.read_text(encoding="utf-8")) for sheet in _SHEETS),  # noqa: S704 - our own files
        w=w,
        month=month,
        made_at=made_at,
        **values,
    )
