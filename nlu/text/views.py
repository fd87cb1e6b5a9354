"""Two views of a folded text from which n-grams are taken: the signs as written and the syllables as heard.

The heard view makes homophones, look-alike typing errors and characters replaced by pinyin the same
(``征信``, ``蒸信``, ``zheng信`` all sound ``zheng xin``), which is how most disguise and most typing errors
of Chinese come about.
"""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.text.readings import reading, syllables

_LATIN = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d+")


_SYLLABLES = syllables()
# The commonest confusions of southern speakers and of pinyin keyboards: n/l, h/f, front and back nasals,
# flat and curled sibilants sound alike here.
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


class _Heard(dict[str, str]):
    """The sound of one Chinese character, learnt the first time it is seen."""

    def __missing__(self, character: str) -> str:
        sound = blur(reading(character))
        self[character] = sound
        return sound


def blur(syllable: str) -> str:
    """Folds syllables that are often confused: ``zheng`` and ``zhen`` to ``zen``, ``shui`` to ``sui``."""
    for curled, flat in _INITIALS:
        if syllable.startswith(curled):
            syllable = flat + syllable[2:]
            break
    return syllable[:-1] if syllable.endswith("ng") else syllable


_HEARD = _Heard()


@lru_cache(maxsize=65536)
def split_pinyin(letters: str) -> tuple[str, ...]:
    """Splits a run of Latin letters into blurred syllables; a run that is no pinyin stays whole."""
    best: list[tuple[str, ...] | None] = [()] + [None] * len(letters)
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            piece = letters[start:end]
            if before is None or piece not in _SYLLABLES:
                continue
            candidate = (*before, blur(piece))
            known = best[end]
            if known is None or len(candidate) < len(known):
                best[end] = candidate
    return best[-1] or (letters,)


def written(text: str) -> tuple[list[str], list[int]]:
    """Signs of a folded text and the position of each.

    Punctuation, spaces and inserted symbols collapse to nothing inside a run of symbols shorter than two
    and to one ``|`` otherwise; a run of digits becomes ``0`` (short), ``00`` (four or more) or ``000``
    (seven or more), a Latin word one sign.
    """
    signs: list[str] = []
    places: list[int] = []
    index, length = 0, len(text)
    while index < length:
        character = text[index]
        if "一" <= character <= "鿿":
            signs.append(character)
            places.append(index)
            index += 1
            continue
        if character.isdigit():
            match = _DIGITS.match(text, index)
            end = match.end() if match else index + 1
            run = end - index
            signs.append("0" if run < 4 else "00" if run < 7 else "000")
            places.append(index)
            index = end
            continue
        match = _LATIN.match(text, index)
        if match:
            signs.append(match.group())
            places.append(index)
            index = match.end()
            continue
        if character in "。，！？；：,.!?;:\n、":
            signs.append("？" if character in "？?" else "|")
            places.append(index)
        index += 1
    return signs, places


def heard(signs: list[str], places: list[int]) -> tuple[list[str], list[int]]:
    """Syllables of the written signs with the position of each; punctuation is not heard."""
    sounds: list[str] = []
    positions: list[int] = []
    for sign, place in zip(signs, places):
        if "一" <= sign <= "鿿":
            sounds.append(_HEARD[sign])
            positions.append(place)
        elif sign.isalpha():
            for syllable in split_pinyin(sign) if len(sign) < 40 else (sign,):
                sounds.append(syllable)
                positions.append(place)
        elif sign not in "|？":
            sounds.append(sign)
            positions.append(place)
    return sounds, positions
