"""What the words of ``nlu/lexicons/tone.yml`` say of the tone of a message; the model hears the rest."""

from __future__ import annotations

import re
from functools import cache

from nlu.lexicon import LexiconError, alternatives, load

_SHOUTING = re.compile(r"!{2,}|[?]{3,}|[?]!|![?]|!.*!")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b.*\b[A-Z]{3,}\b")


def tone_signs(folded_text: str, original: str) -> frozenset[str]:
    """Names of the signs that a message carries: ``angry+`` for a strong word, ``angry`` for a weak one, and so on.

    ``original`` is the text as the user wrote it: capitals shout, and folding would lower them.
    """
    found = {sign for sign, pattern in _patterns().items() if pattern.search(folded_text)}
    if _SHOUTING.search(folded_text) or _CAPITALS.search(original):
        found.add("shouting")
    return frozenset(found)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    found = {}
    for tone, lists in load("tone").items():
        if not isinstance(lists, dict) or set(lists) != {"strong", "weak"}:
            raise LexiconError(
                f"nlu/lexicons/tone.yml: `{tone}:` should hold the lists `strong` and `weak`"
            )
        for part, mark in (("strong", "+"), ("weak", "")):
            found[f"{tone}{mark}"] = re.compile(alternatives(map(str, lists[part])))
    return found
