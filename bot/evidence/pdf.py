"""The report as PDF on A4, with the characters that it uses embedded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from typing import Final

from fpdf.enums import WrapMode
from fpdf.fonts import FontFace

from bot.evidence.document import (
    Blank,
    Block,
    Cell,
    Code,
    Dialogue,
    Document,
    Facts,
    Notice,
    Paragraph,
    Section,
    Table,
    Utterance,
)
from bot.evidence.sheets import (
    HEAD,
    INK,
    OWN,
    RULE,
    SEAL,
    SMALL,
    SOFT,
    SUBHEAD,
    TEXT,
    TINT,
    TINY,
    TITLE,
    Sheets,
    height,
)

_NAMES: Final = 38  # millimetres for the names of facts and of speakers
_INDENT: Final = 4
_PADDING: Final = 1.6
_PAGE: Final = 220  # millimetres that the rows of a table can have at most
_PAPER: Final = (255, 255, 255)
_BLANK: Final = (255, 248, 220)


def render_pdf(document: Document, made_at: datetime) -> bytes:
    """The file; equal documents made at the same time give equal bytes."""
    sheets = Sheets(document.footer, document.issuer, document.page, made_at)
    with closing(sheets):
        drawing = _Drawing(sheets)
        drawing.cover(document)
        sheets.add_page()
        for section in document.sections:
            drawing.section(section)
        return bytes(sheets.output())


class _Drawing:
    """Draws the blocks of a document one below another."""

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets

    def cover(self, document: Document) -> None:
        """The first page."""
        sheets = self._sheets
        sheets.add_page()
        sheets.set_y(46)
        sheets.paragraph(document.issuer, SUBHEAD, INK, align="C")
        sheets.ln(7)
        sheets.paragraph(document.title, TITLE, SEAL, align="C")
        sheets.ln(1)
        sheets.paragraph(document.subtitle, SUBHEAD, SOFT, align="C")
        sheets.ln(12)
        self._facts(document.cover)
        sheets.ln(4)
        for notice in document.notices:
            self._notice(notice)

    def section(self, section: Section) -> None:
        """A section with its parts."""
        sheets = self._sheets
        sheets.ln(7)
        sheets.keep(45)
        sheets.heading(section.title, HEAD, INK, level=0)
        sheets.rule(SEAL)
        sheets.ln(4)
        self._blocks(section.blocks)
        for part in section.sub:
            sheets.ln(3)
            sheets.keep(32)
            sheets.heading(part.title, SUBHEAD, OWN, level=1)
            sheets.ln(1.5)
            self._blocks(part.blocks)

    def _blocks(self, blocks: tuple[Block, ...]) -> None:
        for block in blocks:
            if isinstance(block, Paragraph):
                size, colour = (SMALL, SOFT) if block.note else (TEXT, INK)
                self._sheets.paragraph(block.text, size, colour)
                self._sheets.ln(2)
            elif isinstance(block, Notice):
                self._notice(block.text)
            elif isinstance(block, Facts):
                self._facts(block)
            elif isinstance(block, Table):
                self._table(block)
            elif isinstance(block, Dialogue):
                self._dialogue(block)
            elif isinstance(block, Code):
                self._code(block)

    def _notice(self, text: str) -> None:
        sheets = self._sheets
        lines = sheets.broken(text, SMALL, sheets.epw - 2 * _INDENT).count("\n") + 1
        tall = lines * height(SMALL) + _INDENT
        sheets.keep(tall)
        top = sheets.get_y()
        sheets.set_fill_color(*TINT)
        sheets.rect(sheets.l_margin, top, sheets.epw, tall, style="F")
        sheets.bar(top, top + tall, SEAL)
        sheets.set_y(top + _INDENT / 2)
        sheets.paragraph(text, SMALL, INK, indent=_INDENT)
        sheets.set_y(top + tall + 3)

    def _facts(self, block: Facts) -> None:
        sheets = self._sheets
        name = FontFace(color=SOFT, fill_color=TINT)
        known = FontFace(color=INK, fill_color=_PAPER)
        blank = FontFace(color=SOFT, fill_color=_BLANK)
        widths = (_NAMES, sheets.epw - _NAMES)
        sheets.pen(TEXT, INK)
        sheets.set_draw_color(*RULE)
        with sheets.table(
            col_widths=widths,
            first_row_as_headings=False,
            line_height=height(TEXT),
            padding=_PADDING,
            wrapmode=WrapMode.CHAR,
            text_align="L",
        ) as table:
            for title, cells in block.rows:
                parts = [
                    (part[0], blank if isinstance(cell, Blank) else known)
                    for cell in cells
                    for part in _overleaf([self._fact(cell, widths[1])], TEXT)
                ]
                # A name beside all of its cells keeps them on one page, where they fit on one.
                together = sum(text.count("\n") + 2 for text, _ in parts) * height(TEXT) < _PAGE
                for at, (text, style) in enumerate(parts):
                    row = table.row()
                    if at == 0 or not together:
                        span = len(parts) if together else 1
                        row.cell(title if at == 0 else "", rowspan=span, style=name)
                    row.cell(text, style=style)
        sheets.ln(3)

    def _fact(self, cell: Cell, width: float) -> str:
        text = cell.hint if isinstance(cell, Blank) else cell
        return self._sheets.broken(text, TEXT, width - 2 * _PADDING)

    def _table(self, block: Table) -> None:
        sheets = self._sheets
        if not block.rows:
            sheets.paragraph(block.empty, TEXT, SOFT)
            return
        whole = sum(column.width for column in block.columns)
        widths = tuple(sheets.epw * column.width / whole for column in block.columns)
        plain = FontFace(color=INK, fill_color=_PAPER)
        sheets.pen(TINY, INK)
        sheets.set_draw_color(*RULE)
        with sheets.table(
            col_widths=widths,
            headings_style=FontFace(color=SOFT, fill_color=TINT),
            line_height=height(TINY),
            padding=1,
            wrapmode=WrapMode.CHAR,
            text_align="L",
            v_align="T",
        ) as table:
            table.row([column.title for column in block.columns])
            for values in block.rows:
                texts = [sheets.broken(v, TINY, w - 2) for v, w in zip(values, widths)]
                for part in _overleaf(texts, TINY):
                    table.row(part, style=plain)
        sheets.ln(3)

    def _dialogue(self, block: Dialogue) -> None:
        sheets = self._sheets
        sheets.keep(30)
        sheets.paragraph(block.title, SMALL, SOFT)
        sheets.ln(1.5)
        for said in block.utterances:
            self._utterance(said)
        sheets.ln(3)

    def _utterance(self, said: Utterance) -> None:
        """One message: who and when on the left, the text on the right, which may go on overleaf."""
        sheets = self._sheets
        sheets.keep(2 * height(TEXT))
        sheets.pen(SMALL, OWN if said.own else SOFT)
        sheets.set_x(sheets.l_margin + _INDENT)
        sheets.cell(_NAMES, height(TEXT), sheets.shown(f"{said.who}  {said.at}"))
        left = sheets.l_margin + _INDENT + _NAMES
        for line in self._lines(said, sheets.w - sheets.r_margin - left):
            sheets.keep(height(TEXT))
            sheets.bar(sheets.get_y() + 0.3, sheets.get_y() + height(TEXT) - 0.3, _bar(said))
            sheets.set_x(left)
            for text, marked in line:
                sheets.pen(TEXT, SEAL if marked else INK)
                sheets.set_font(style="U" if marked else "")
                sheets.cell(None, height(TEXT), text)
            sheets.set_font(style="")
            sheets.ln(height(TEXT))
        sheets.ln(1.2)

    def _lines(self, said: Utterance, width: float) -> Iterator[list[tuple[str, bool]]]:
        """The lines of an utterance, each in pieces that are marked or not."""
        pieces = [(self._sheets.shown(text), marked) for text, marked in said.pieces]
        whole = "".join(text for text, _ in pieces)
        for begin, end in self._sheets.ranges(whole, TEXT, width):
            line, place = [], 0
            for text, marked in pieces:
                part = text[max(0, begin - place) : max(0, end - place)]
                if part:
                    line.append((part, marked))
                place += len(text)
            yield line

    def _code(self, block: Code) -> None:
        sheets = self._sheets
        sheets.keep((block.text.count("\n") + 2) * height(SMALL))
        sheets.pen(SMALL, INK)
        sheets.set_fill_color(*TINT)
        sheets.set_draw_color(*RULE)
        sheets.multi_cell(
            0,
            height(SMALL),
            sheets.broken(block.text, SMALL, sheets.epw - 5),
            wrapmode=WrapMode.CHAR,
            border=1,
            fill=True,
            padding=2.2,
            new_x="LMARGIN",
            new_y="NEXT",
        )
        sheets.ln(3)


def _overleaf(texts: Sequence[str], size: float) -> Iterator[list[str]]:
    """A row of broken texts as rows that fit on a page each."""
    lines = [text.split("\n") for text in texts]
    most = int(_PAGE // height(size))
    for begin in range(0, max(map(len, lines)), most):
        yield ["\n".join(part[begin : begin + most]) for part in lines]


def _bar(said: Utterance) -> tuple[int, int, int]:
    return OWN if said.own else RULE
