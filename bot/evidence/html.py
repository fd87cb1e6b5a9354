"""The report as one HTML file that needs nothing else: styles and the characters it uses are inside."""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from bot.evidence import font
from bot.evidence.characters import visible
from bot.evidence.document import Document

_FOLDER = Path(__file__).resolve().parent / "report"
_FONT_PLACE = "@font@"


def render_html(document: Document) -> bytes:
    """The page; equal documents give equal bytes."""
    page = _template().render(document=document)
    face = base64.b64encode(font.only(set(page))).decode("ascii")
    return page.replace(_FONT_PLACE, face, 1).encode("utf-8", "replace")


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["visible"] = visible
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.globals["styles"] = Markup(  # noqa: S704 - a file of this package
        (_FOLDER / "report.css").read_text(encoding="utf-8").replace("@place@", _FONT_PLACE)
    )
    return environment.get_template("report.html")
