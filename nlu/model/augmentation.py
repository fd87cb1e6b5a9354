"""Disguised copies of examples, so that the model leans on more than one word of a message.

Copies are made of threats and of ordinary talk alike: a disguise by itself says nothing. The same seed gives
the same copies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from nlu.text.readings import reading

TOUCHED = 0.22  # share of the characters of a copy that are changed
COMMON = 8  # a stand-in is a character that people use: one of so many messages at least
_SIGNS = ".*-_/+"

Stroke = Callable[[str], str]


class Disguiser:
    """Writes messages as people do who mistype, break words up or hide them from a filter."""

    def __init__(self, texts: Sequence[str], seed: int) -> None:
        """``texts`` give the characters that may stand in for others of the same sound."""
        self._random = np.random.default_rng(seed)
        counts = Counter(sign for text in texts for sign in set(text) if _is_chinese(sign))
        self._same_sound: dict[str, list[str]] = {}
        for sign in sorted(sign for sign, count in counts.items() if count >= COMMON):
            self._same_sound.setdefault(reading(sign), []).append(sign)
        # Wrong characters are by far the commonest disguise and the commonest slip.
        self._strokes: tuple[Stroke, ...] = (
            self._homophone,
            self._homophone,
            self._broken_up,
            reading,
            lambda sign: reading(sign)[0],
        )

    def disguise(self, text: str) -> str:
        """A disguised copy of a text: one kind of disguise, on some of its characters."""
        stroke = self._strokes[self._random.integers(len(self._strokes))]
        return "".join(
            stroke(sign) if _is_chinese(sign) and self._random.random() < TOUCHED else sign
            for sign in text
        )

    def picks(self, share: float) -> bool:
        """Whether the next message is one of the ``share`` (0 to 1) that get a copy."""
        return self._random.random() < share

    def _homophone(self, sign: str) -> str:
        same = self._same_sound.get(reading(sign), [sign])
        return same[self._random.integers(len(same))]

    def _broken_up(self, sign: str) -> str:
        return sign + _SIGNS[self._random.integers(len(_SIGNS))]


def _is_chinese(sign: str) -> bool:
    return "一" <= sign <= "鿿"
