"""Puts words into rows, and wrapped rows of one bubble or paragraph together again. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from bot.pictures.page import Word

_SAME_ROW: Final = 0.5
_WRAPS_WITHIN: Final = 0.9  # of a row's height below the one before
_ALIGNED: Final = 0.7
_FULL: Final = 2.2  # characters that may be missing at the end of a row that was full
_SHORTEST_FULL: Final = 5  # characters; narrower columns are lists
_WHOLE_NUMBER: Final = 7

_ITEM: Final = re.compile(r"(?:[0-9]{1,2}|[一二三四五六七八九十])[.、．)）]|[·•●○■◆★☆▶√✓✔*-]")
_ENDS_IN_DIGITS: Final = re.compile(r"[0-9]+$")
_ENDS_IN_LETTER: Final = re.compile(r"[A-Za-z]$")
_IN_ADDRESS: Final = re.compile(r"[/@_]\S*$|[A-Za-z0-9-]+\.[A-Za-z0-9.-]*$")


@dataclass(frozen=True)
class Block:
    """One bubble or paragraph with the place that it takes."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    row: float  # height of its rows


def blocks_of(words: Iterable[Word]) -> list[Block]:
    """The blocks of a picture from above."""
    return [_block(group) for group in _groups(_rows(words))]


def _rows(words: Iterable[Word]) -> list[Word]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.middle):
        row = rows[-1] if rows else []
        if row and word.middle - row[0].middle < _SAME_ROW * min(word.height, row[0].height):
            row.append(word)
        else:
            rows.append([word])
    return [_joined(row) for row in rows]


def _joined(row: list[Word]) -> Word:
    row = sorted(row, key=lambda word: word.left)
    return Word(
        " ".join(word.text for word in row),
        row[0].left,
        min(word.top for word in row),
        max(word.right for word in row),
        max(word.bottom for word in row),
    )


def _groups(rows: Sequence[Word]) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for row in rows:
        if groups and _goes_on(groups[-1], row):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _goes_on(group: list[Word], row: Word) -> bool:
    last = group[-1]
    high, low = max(last.height, row.height), min(last.height, row.height)
    return (
        low > 0.7 * high
        and row.top - last.bottom < _WRAPS_WITHIN * low
        and abs(row.left - group[0].left) < _ALIGNED * high
    )


def _block(group: list[Word]) -> Block:
    right = max(row.right for row in group)
    height = sorted(row.height for row in group)[len(group) // 2]
    wide = right - group[0].left > _SHORTEST_FULL * height
    text = group[0].text
    for before, row in pairwise(group):
        full = wide and before.right > right - _FULL * height
        text += (_seam(text, row.text) if full else "\n") + row.text
    return Block(
        text, min(row.left for row in group), group[0].top, right, group[-1].bottom, height
    )


def _seam(before: str, after: str) -> str:
    """What stands between two rows of which the first was full: nothing, as a rule of Chinese."""
    if _ITEM.match(after):
        return "\n"
    digits = _ENDS_IN_DIGITS.search(before)
    if digits and after[:1].isdigit():
        # A number that is whole already does not go on.
        return "\n" if len(digits.group()) >= _WHOLE_NUMBER else ""
    if _ENDS_IN_LETTER.search(before) and after[:1].isascii() and after[:1].isalpha():
        return "" if _IN_ADDRESS.search(before) else " "
    return ""
