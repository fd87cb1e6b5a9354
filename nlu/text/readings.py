"""How single Chinese characters are read.

Of pypinyin, only what single characters need: its dictionary of phrases takes 45 MB in every process.
"""

from __future__ import annotations

import os

# Read when pypinyin is imported, which happens here alone.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import lazy_pinyin, pinyin_dict
from pypinyin.contrib.tone_convert import to_normal


def reading(character: str) -> str:
    """The commonest reading of a character, without its tone; what is no Chinese is its own."""
    return str(lazy_pinyin(character)[0])


def syllables() -> frozenset[str]:
    """All syllables that some character has, without tones, ``ü`` as ``v``."""
    toned = {one for readings in pinyin_dict.pinyin_dict.values() for one in readings.split(",")}
    plain = {to_normal(syllable).replace("ü", "v") for syllable in toned}
    return frozenset(syllable for syllable in plain if syllable.isascii() and syllable.isalpha())
