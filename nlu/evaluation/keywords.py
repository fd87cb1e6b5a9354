"""A peer: a list of black-market words, the way a filter would do it."""

from __future__ import annotations

from functools import cache

from nlu.evaluation.outcomes import Decision
from nlu.lexicon import LexiconError, load


@cache
def keywords() -> tuple[str, ...]:
    """The words of ``nlu/lexicons/keywords.yml``.

    Raises:
        LexiconError: when the file does not hold them.
    """
    words = load("keywords").get("keywords")
    if not isinstance(words, list):
        raise LexiconError("nlu/lexicons/keywords.yml: keywords should be a list of words")
    return tuple(str(word) for word in words)


def decide_by_keywords(text: str) -> Decision:
    """An alarm without a code where a word stands in the text as it was written."""
    return Decision(any(word in text for word in keywords()))
