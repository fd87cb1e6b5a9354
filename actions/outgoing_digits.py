"""Reads the digits of a folded text, however they are written."""

from __future__ import annotations

import re
import unicodedata

_SPOKEN_SIGNS = (
    *("零〇○◯", "一壹弌幺", "二贰弍两", "三叁弎", "四肆亖"),
    *("五伍", "六陆", "七柒", "八捌", "九玖"),
)
_SPOKEN = {sign: str(digit) for digit, signs in enumerate(_SPOKEN_SIGNS) for sign in signs}
# What stands for a digit only among digits: look-alike letters, the words of radio operators, and 參 as
# the folding leaves it (参加).
_WEAK = "oilоοіιӏ洞拐勾参"
_LOOKALIKES = str.maketrans(_WEAK, "011001110793")


class _DigitTable(dict[int, str]):
    """Learns which folded characters are digits; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = _SPOKEN.get(character, character)
        if digit == character and not "㐀" <= character <= "鿿":
            value = unicodedata.numeric(character, -1)
            if value in range(10):
                digit = str(int(value))
        self[code] = digit
        return digit


_DIGITS = _DigitTable()

# 欠3000一个月, 打110一直占线: the numeral belongs to the next word, not to the figures before it.
_NEXT_WORD = re.compile(
    r"(?<=[0-9])(?:[一二两三四五六七八九](?=[个天次年月周期笔块元人家张条位部件种套道场份千百万十])"
    r"|一(?=[直定共起样些般边半旦律下上点切时并]))"
)
# A quotation mark with another sign parts: what a quoted letter stands for must not depend on the reply
# around the quote.
_SYMBOL = rf"[^a-z0-9“”{_WEAK}㐀-鿿]"
_BETWEEN = rf"(?:然后|接着|空格|[“”]|{_SYMBOL}{{1,4}}|{_SYMBOL}{{0,2}}(?![{_WEAK}])[㐀-鿿]{_SYMBOL}{{0,2}})"
_CLUSTER = re.compile(rf"(?<![a-z0-9{_WEAK}])[0-9{_WEAK}]+(?:{_BETWEEN}[0-9{_WEAK}]+)*(?![a-z])")
_TOKEN = re.compile(rf"[0-9{_WEAK}]+")
_HAS_WEAK = re.compile(rf"[{_WEAK}]")
_ENCLOSED_WEAK = re.compile(
    rf"[0-9][{_WEAK}]|[{_WEAK}][0-9]|[0-9][^0-9]{{1,4}}[{_WEAK}][^0-9]{{1,4}}[0-9]"
)
_SHORTEST = 5


def read_digits(text: str) -> str:
    """A folded text with every digit of any writing as 0 to 9, of the same length."""
    text = _NEXT_WORD.sub("某", text)
    view = text.translate(_DIGITS)
    if _HAS_WEAK.search(view):
        view = _CLUSTER.sub(_read_weak, view)
    return view


def _read_weak(match: re.Match[str]) -> str:
    cluster = match.group()
    tokens = _TOKEN.findall(cluster)
    signs = "".join(tokens)
    weak = len(_HAS_WEAK.findall(signs))
    if not 0 < weak < len(signs) or len(signs) < _SHORTEST:
        return cluster
    # One letter alone beside a number is a word ("12356. I will"); two are not, nor is one inside a number
    # or in an even row.
    singly = sum(len(token) == 1 for token in tokens) >= _SHORTEST
    evenly = len(tokens) > 2 and len(set(_TOKEN.split(cluster)[1:-1])) == 1
    if weak > 1 or singly or evenly or _ENCLOSED_WEAK.search(cluster):
        return cluster.translate(_LOOKALIKES)
    return cluster
