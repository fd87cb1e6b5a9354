"""In which language a message is answered."""

from __future__ import annotations

import re
from functools import lru_cache

import opencc

_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_SENTENCE = 4  # words


@lru_cache(maxsize=1)
def _converters() -> tuple[opencc.OpenCC, opencc.OpenCC]:
    return opencc.OpenCC("t2s"), opencc.OpenCC("s2t")


def language_of(text: str, before: str = "zh-Hans", *, opens: bool = True) -> str:
    """``zh-Hans``, ``zh-Hant`` or ``en``; a message that tells nothing keeps the language before.

    Chinese with some English words in it is Chinese; which script is told by the characters that exist in
    one script only. Behind others (``opens`` is false) a few Latin words are a name or an account, no English.
    """
    text = text.encode("utf-8", "ignore").decode("utf-8")
    if not _HAN.search(text):
        words = len(_WORD.findall(text))
        if not opens:
            words = sum(bool(_WORD.search(part)) for part in text.split())
            return "en" if words >= _SENTENCE else before
        return "en" if words >= 2 or text.strip().lower() in _GREETINGS else before
    to_simplified, to_traditional = _converters()
    traditional = _changes(text, to_simplified.convert(text))
    if not traditional and before != "zh-Hant":
        return "zh-Hans"
    simplified = _changes(text, to_traditional.convert(text))
    if traditional == simplified:
        return before if before != "en" else "zh-Hans"
    return "zh-Hant" if traditional > simplified else "zh-Hans"


_GREETINGS = frozenset({"hi", "hello", "help", "thanks"})


def _changes(before: str, after: str) -> int:
    return sum(one != other for one, other in zip(before, after))


@lru_cache(maxsize=1)
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2twp")


def in_traditional(text: str) -> str:
    """The same text in Traditional characters; digits and Latin letters stay as they are."""
    # The converter takes 签 alone for a lot that is drawn; replies only ever sign.
    return str(_to_traditional().convert(text)).replace("籤", "簽")
