"""One folding of the text, for training and serving alike.

Width, case, mathematical and circled letters, Traditional characters and invisible signs disappear; the
positions of every folded character in the original text are kept, so that spans can be given back in the
user's own words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import opencc

# Written with the one character where usage wavers; opencc keeps both.
_VARIANTS = {"帐": "账", "妳": "你", "徵": "征", "乾": "干", "祇": "只", "臺": "台"}
_DROPPED_CATEGORIES = frozenset({"Cf", "Mn", "Me", "Cc", "Cs"})


class _CharacterFolder(dict[str, str]):
    """A dictionary that learns how one character folds the first time it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self._to_simplified = opencc.OpenCC("t2s")

    def __missing__(self, character: str) -> str:
        folded = self._fold(character)
        self[character] = folded
        return folded

    def _fold(self, character: str) -> str:
        if character in "\n\t":
            return "\n"
        if unicodedata.category(character) in _DROPPED_CATEGORIES:
            return ""
        text = unicodedata.normalize("NFKC", character).lower()
        if len(text) == 1:
            digit = unicodedata.digit(text, None)
            if digit is not None:
                return str(digit)
        simplified = "".join(self._to_simplified.convert(part) for part in text)
        return "".join(_VARIANTS.get(part, part) for part in simplified if part != "⃣")


_FOLDER = _CharacterFolder()


@dataclass(frozen=True)
class Folded:
    """A folded text; ``starts[i]`` and ``ends[i]`` bound folded character ``i`` in ``original``."""

    original: str
    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Maps a non-empty range of the folded text to the range of the original that it came from."""
        return self.starts[start], self.ends[end - 1]


@lru_cache(maxsize=256)
def fold(text: str) -> Folded:
    """Folds a text; never raises, also not for empty text or lone surrogates."""
    folder = _FOLDER
    pieces = [folder[character] for character in text]
    joined = "".join(pieces)
    if len(joined) == len(text) and "" not in pieces:  # so that each is one character
        positions = tuple(range(len(text) + 1))
        return Folded(text, joined, positions[:-1], positions[1:])
    starts: list[int] = []
    ends: list[int] = []
    for index, piece in enumerate(pieces):
        starts.extend([index] * len(piece))
        ends.extend([index + 1] * len(piece))
    return Folded(text, joined, tuple(starts), tuple(ends))
