"""What the words of ``nlu/lexicons/tone.yml`` say of the tone of a message; the model hears the rest."""

from __future__ import annotations

import re
from functools import cache

import ahocorasick

from nlu.lexicon import LexiconError, load

_SHOUTING = re.compile(r"!{2,}|[?]{3,}|[?]!|![?]|!.*!")
_LATIN_BEFORE = re.compile(r"[a-z0-9_]")
_LATIN_AFTER = re.compile(r"[a-z]")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b.*\b[A-Z]{3,}\b")


def tone_signs(folded_text: str, original: str) -> frozenset[str]:
    """Names of the signs that a message carries: ``angry+`` for a strong word, ``angry`` for a weak one, and so on.

    ``original`` is the text as the user wrote it: capitals shout, and folding would lower them.
    """
    found = {
        sign
        for last, (word, signs) in _automaton().iter(folded_text)
        for sign in signs
        if _stands_alone(folded_text, last - len(word) + 1, last + 1)
    }
    if _SHOUTING.search(folded_text) or _CAPITALS.search(original):
        found.add("shouting")
    return frozenset(found)


@cache
def _automaton() -> ahocorasick.Automaton:
    """Finds all words in one pass; a search for each list would go through the text six times."""
    words: dict[str, list[str]] = {}
    for tone, lists in load("tone").items():
        if not isinstance(lists, dict) or set(lists) != {"strong", "weak"}:
            raise LexiconError(
                f"nlu/lexicons/tone.yml: `{tone}:` should hold the lists `strong` and `weak`"
            )
        for part, mark in (("strong", "+"), ("weak", "")):
            for word in lists[part]:
                words.setdefault(str(word), []).append(f"{tone}{mark}")
    automaton = ahocorasick.Automaton()
    for word, signs in words.items():
        automaton.add_word(word, (word, tuple(signs)))
    automaton.make_automaton()
    return automaton


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether a Latin word is one of its own and not inside a longer one, as in ``alternatives``."""
    first, last = text[start], text[end - 1]
    inside = (
        first.isascii() and first.isalnum() and _LATIN_BEFORE.match(text[start - 1 : start]),
        last.isascii() and last.isalnum() and _LATIN_AFTER.match(text[end : end + 1]),
    )
    return not any(inside)
