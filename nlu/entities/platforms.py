"""Where the borrower met the offer: apps, chats, and places of advertising."""

from __future__ import annotations

import ahocorasick

from nlu.entities.found import Found
from nlu.lexicon import load


def _automaton() -> ahocorasick.Automaton:
    words = load("platforms")
    automaton = ahocorasick.Automaton()
    for name, writings in words["platforms"].items():
        for writing in writings:
            automaton.add_word(writing, (len(writing), name))
    for writing in words["not_platforms"]:
        automaton.add_word(writing, (len(writing), None))
    automaton.make_automaton()
    return automaton


_AUTOMATON = _automaton()


def find_platforms(text: str) -> list[Found]:
    """Every mention of a platform in a folded text; ``value`` is the name that the word list gives it."""
    found = []
    for last, (length, name) in _AUTOMATON.iter_long(text):
        start, end = last - length + 1, last + 1
        if name and not _inside_word(text, start, end):
            found.append(Found("platform", name, start, end))
    return found


def _inside_word(text: str, start: int, end: int) -> bool:
    """Whether a Latin writing is only a part of a longer Latin word."""
    return (start > 0 and _latin(text[start]) and _latin(text[start - 1])) or (
        end < len(text) and _latin(text[end - 1]) and _latin(text[end]) and not text[end].isdigit()
    )


def _latin(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign == "_")
