"""Folding until nothing changes any more, so that what is folded again stays what it is."""

from __future__ import annotations

from nlu.text.folding import fold


def steady_fold(text: str) -> str:
    """The folded text; a rare sign falls apart into others that fold in their turn."""
    folded = fold(text).text
    while folded != text:
        text, folded = folded, fold(folded).text
    return folded
