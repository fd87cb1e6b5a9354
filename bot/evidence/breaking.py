"""Where lines of Chinese text break: between any two characters, but for what must not stand first or last.

Words, numbers and addresses in Latin letters stay whole where a line can hold them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_NEVER_FIRST: Final = frozenset("，。、；：？！）》〉」』】〕”’…—％·,.;:?!)]}%／～")
_NEVER_LAST: Final = frozenset("（《〈「『【〔“‘([{￥$#@")
_TOKEN: Final = re.compile(r"[A-Za-z0-9+][A-Za-z0-9+_.\-@:/=&?#%,]*|\s|\S")
_MOST_MOVED: Final = 3  # pieces that go over to the next line for the sake of a sign

Measure = Callable[[str], float]


@dataclass(frozen=True)
class _Piece:
    """What is not broken: a character, or a word that is no longer than a line."""

    text: str
    begin: int
    width: float

    @property
    def may_begin(self) -> bool:
        return self.text not in _NEVER_FIRST

    @property
    def may_end(self) -> bool:
        return self.text not in _NEVER_LAST


def line_ranges(text: str, width: float, measure: Measure) -> Iterator[tuple[int, int]]:
    """The ranges of the text that stand on one line each, in order.

    ``measure`` tells how wide a single character is, in the unit of ``width``. A line break in the text ends a
    line; spaces at the end of a line may lie beyond the edge.
    """
    place = 0
    for paragraph in text.split("\n"):
        pieces = list(_pieces(paragraph, width, measure))
        places = [0, *(pieces[at].begin for at in _breaks(pieces, width)), len(paragraph)]
        for begin, end in pairwise(places):
            yield place + begin, place + end
        place += len(paragraph) + 1


def _pieces(text: str, width: float, measure: Measure) -> Iterator[_Piece]:
    for token in _TOKEN.finditer(text):
        wide = sum(map(measure, token[0]))
        if wide <= width:
            yield _Piece(token[0], token.start(), wide)
        else:
            for at, sign in enumerate(token[0], start=token.start()):
                yield _Piece(sign, at, measure(sign))


def _breaks(pieces: Sequence[_Piece], width: float) -> Iterator[int]:
    """The pieces that begin a line, apart from the first."""
    begin, used = 0, 0.0
    for at, piece in enumerate(pieces):
        if used + piece.width > width and at > begin and not piece.text.isspace():
            begin = _moved(pieces, begin, at)
            used = sum(moved.width for moved in pieces[begin:at])
            if used + piece.width > width:  # a long word leaves no room for what would come along
                begin, used = at, 0.0
            yield begin
        used += piece.width


def _moved(pieces: Sequence[_Piece], begin: int, end: int) -> int:
    """A break before ``end``, moved back so far that no sign stands where it must not."""
    for at in range(end, max(begin, end - _MOST_MOVED - 1), -1):
        if pieces[at].may_begin and pieces[at - 1].may_end:
            return at
    return end
