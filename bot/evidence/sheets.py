"""Pages of A4 with the report's font, and how text and rules are put on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from fpdf import FPDF
from fpdf.enums import WrapMode, XPos, YPos

from bot.evidence import font
from bot.evidence.breaking import line_ranges
from bot.evidence.characters import drawable

Colour = tuple[int, int, int]

INK: Final = (28, 36, 48)
SOFT: Final = (90, 100, 114)
SEAL: Final = (156, 42, 31)
OWN: Final = (39, 76, 119)
RULE: Final = (207, 213, 221)
TINT: Final = (243, 245, 248)

TITLE, HEAD, SUBHEAD, TEXT, SMALL, TINY = 25.0, 15.0, 12.0, 10.5, 9.0, 8.0
"""Sizes of letters in points."""

_FACE: Final = "report"
_MARGIN, TOP, _BOTTOM = 20, 22, 22
_POINT: Final = 25.4 / 72  # millimetres
_LINE: Final = 1.6  # of the size of the letters
_FINE: Final = 0.2


def height(size: float) -> float:
    """How far lines of this size stand apart, in millimetres."""
    return size * _POINT * _LINE


class Sheets(FPDF):
    """Pages that are filled from top to bottom; lengths are millimetres."""

    def __init__(self, title: str, author: str, page: str, made_at: datetime) -> None:
        """Begins without a page; ``page`` numbers them, with the places ``{page}`` and ``{pages}``."""
        super().__init__(format="A4")
        self._title = title
        self._page = page
        self._known = font.known()
        self._widths: dict[str, float] = {}
        self.alias_nb_pages("{pages}")
        self.set_creation_date(made_at)
        self.set_lang("zh-CN")
        self.set_title(title)
        self.set_author(author)
        self.set_margins(_MARGIN, TOP, _MARGIN)
        self.set_auto_page_break(True, _BOTTOM)
        self.c_margin = 0
        self.add_font(_FACE, fname=font.FONT)
        self.pen(TEXT, INK)
        self.set_line_width(_FINE)

    def close(self) -> None:
        """Lets go of the file of the font; call it when the pages are written."""
        for face in self.fonts.values():
            face.ttfont.close()

    def header(self) -> None:
        """Every page but the first says what it belongs to."""
        if self.page_no() == 1:
            return
        self.set_y(10)
        self.paragraph(self._title, TINY, SOFT, align="C")
        self.set_draw_color(*RULE)
        self.set_line_width(_FINE)
        self.line(self.l_margin, 17, self.w - self.r_margin, 17)
        self.set_y(TOP)

    def footer(self) -> None:
        """The place among all pages, which shows one that is missing."""
        self.set_y(-15)
        text = self._page.replace("{page}", str(self.page_no()))
        self.paragraph(text, TINY, SOFT, align="C")

    def pen(self, size: float, colour: Colour) -> None:
        """What is written from now on."""
        self.set_font(_FACE, size=size)
        self.set_text_color(*colour)

    def keep(self, room: float) -> None:
        """Begins a new page unless so much is left of this one."""
        if self.get_y() + room > self.page_break_trigger:
            self.add_page()

    def shown(self, text: str) -> str:
        """The text in characters that the font has."""
        return drawable(text, self._known)

    def ranges(self, text: str, size: float, width: float) -> Iterable[tuple[int, int]]:
        """Where the lines of a text of :meth:`shown` begin and end in a column of that width."""
        return line_ranges(text, width / size, self._width)

    def broken(self, text: str, size: float, width: float) -> str:
        """The text as it is shown, broken into lines of that width."""
        text = self.shown(text)
        return "\n".join(text[begin:end].rstrip() for begin, end in self.ranges(text, size, width))

    def paragraph(
        self, text: str, size: float, colour: Colour, *, align: str = "L", indent: float = 0
    ) -> None:
        """Running text over the whole width, with ``indent`` on both sides; the next line follows."""
        self.pen(size, colour)
        width = self.epw - 2 * indent
        lines = self.broken(text, size, width)
        self.set_x(self.l_margin + indent)
        self.multi_cell(
            width,
            height(size),
            lines,
            align=align,
            wrapmode=WrapMode.CHAR,
            new_x=XPos.LMARGIN,
            new_y=YPos.NEXT,
        )

    def heading(self, title: str, size: float, colour: Colour, level: int) -> None:
        """A title, which the outline of the file lists too."""
        self.pen(size, colour)
        self.start_section(self.shown(title), level=level)
        self.paragraph(title, size, colour)

    def rule(self, colour: Colour) -> None:
        """A strong line across the page."""
        self._stroke(0.5, colour)
        self.line(self.l_margin, self.get_y() + 1, self.w - self.r_margin, self.get_y() + 1)
        self._stroke(_FINE, RULE)

    def bar(self, top: float, bottom: float, colour: Colour) -> None:
        """A strong line down the left margin."""
        self._stroke(0.8, colour)
        self.line(self.l_margin, top, self.l_margin, bottom)
        self._stroke(_FINE, RULE)

    def _stroke(self, width: float, colour: Colour) -> None:
        self.set_line_width(width)
        self.set_draw_color(*colour)

    def _width(self, sign: str) -> float:
        """How wide a character is at a size of one point."""
        if sign not in self._widths:
            self._widths[sign] = self.get_string_width(sign) / self.font_size_pt
        return self._widths[sign]
