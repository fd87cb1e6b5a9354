"""Concepts of a text: words of ``nlu/lexicons/concepts.yml`` that mean the same, in their order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import ahocorasick

from nlu.lexicon import LexiconError, load


@dataclass(frozen=True)
class Mention:
    """A concept and the folded text that names it."""

    concept: str
    start: int
    end: int


@cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    words: dict[str, list[str]] = {}
    for concept, listed in load("concepts")["concepts"].items():
        if not isinstance(listed, list):
            raise LexiconError(f"nlu/lexicons/concepts.yml: {concept} should be a list of words")
        for word in listed:
            words.setdefault(str(word), []).append(str(concept))
    for word, concepts in words.items():
        automaton.add_word(word, (len(word), tuple(concepts)))
    automaton.make_automaton()
    return automaton


def mentions(text: str) -> list[Mention]:
    """Concepts in the order of the text; the longest word wins where several begin at one place."""
    found: list[Mention] = []
    for last, (length, concepts) in _automaton().iter_long(text):
        start = last - length + 1
        found.extend(Mention(concept, start, last) for concept in concepts)
    return found
