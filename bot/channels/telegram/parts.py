"""Long replies in parts that Telegram takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

LONGEST: Final = 4096  # UTF-16 code units, as Telegram counts a message
_BREAKS: Final = ("\n\n", "\n", "。", "！", "？", ". ", "，", " ")


def in_parts(text: str, longest: int = LONGEST) -> Sequence[str]:
    """The text in parts of at most ``longest`` units, cut at the best place near the end of each.

    Nothing but the white space around a cut is lost.
    """
    parts = []
    rest = text.strip()
    while _units(rest) > longest:
        cut = _cut(rest, longest)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, longest: int) -> int:
    room = _fitting(text, longest)
    for mark in _BREAKS:
        found = text.rfind(mark, room // 2, room)
        if found >= 0:
            return found + len(mark)
    return room


def _fitting(text: str, longest: int) -> int:
    """How many characters from the beginning fit, never fewer than one."""
    units = 0
    for place, character in enumerate(text):
        units += _units(character)
        if units > longest:
            return max(place, 1)
    return len(text)


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
