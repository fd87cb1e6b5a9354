"""A report as blocks, worded but not drawn: HTML and PDF show the same document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Union

from bot.evidence.characters import visible


@dataclass(frozen=True)
class Blank:
    """A field that a person fills in by hand; ``hint`` says who."""

    hint: str


Cell = Union[str, Blank]


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``note`` is set smaller and paler."""

    text: str
    note: bool = False


@dataclass(frozen=True)
class Notice:
    """Something that must not be overlooked."""

    text: str


@dataclass(frozen=True)
class Facts:
    """Names with what is known of them; several cells of a name stand below one another."""

    rows: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; ``width`` is its share, ``exact`` marks digests, numbers and ids."""

    title: str
    width: int
    exact: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under heads; ``empty`` is said where there are none."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str


@dataclass(frozen=True)
class Utterance:
    """A message or bubble; ``marks`` are ranges of its text that stand out, in order and apart."""

    at: str
    who: str
    own: bool
    text: str
    marks: tuple[tuple[int, int], ...] = ()

    @property
    def pieces(self) -> Iterator[tuple[str, bool]]:
        """The text cut at its marks, each piece with whether it is marked."""
        place = 0
        for begin, end in self.marks:
            if place < begin:
                yield visible(self.text[place:begin]), False
            yield visible(self.text[begin:end]), True
            place = end
        if place < len(self.text):
            yield visible(self.text[place:]), False


@dataclass(frozen=True)
class Dialogue:
    """What was said, in order, under the day and channel."""

    title: str
    utterances: tuple[Utterance, ...]


@dataclass(frozen=True)
class Code:
    """Text to be compared or typed sign by sign."""

    text: str


Block = Union[Paragraph, Notice, Facts, Table, Dialogue, Code]


@dataclass(frozen=True)
class Section:
    """A part with a title; ``sub`` are parts of its own."""

    title: str
    blocks: tuple[Block, ...] = ()
    sub: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """The whole; ``contents`` heads the list of sections, ``page`` has the places {page} and {pages}."""

    issuer: str
    title: str
    subtitle: str
    cover: Facts
    notices: tuple[str, ...]
    contents: str
    sections: tuple[Section, ...]
    footer: str
    page: str
