"""Characters of borrowers in a report: what cannot be seen is shown by its code point."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

# The joiners and selectors of emoji change nothing but their look.
_HARMLESS = frozenset("\n\u200d\ufe0f")
_PLAIN = re.compile(r"[\n -~\u00a1-\u00ac\u3000-\u3015\u4e00-\u9fff\uff01-\uffe5]*")


def visible(text: str) -> str:
    """The text with control characters, direction marks and the like as ``[U+202E]``, spaces as plain ones."""
    text = text.replace("\r\n", "\n")
    if _PLAIN.fullmatch(text):
        return text
    return "".join(map(_visible, text))


def drawable(text: str, known: Container[int]) -> str:
    """As :func:`visible`, with a box and the code point for what is not among the ``known`` of a font."""
    return "".join(_drawable(sign, known) for sign in visible(text))


def _visible(sign: str) -> str:
    if sign in _HARMLESS:
        return sign
    category = unicodedata.category(sign)
    if category == "Zs":
        return "\u3000" if sign == "\u3000" else " "
    return _code(sign) if category[0] in "CZ" else sign


def _drawable(sign: str, known: Container[int]) -> str:
    if sign == "\n" or ord(sign) in known:
        return sign
    return "" if sign in _HARMLESS else f"□{_code(sign)}"


def _code(sign: str) -> str:
    return f"[U+{ord(sign):04X}]"
