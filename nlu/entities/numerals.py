"""Numbers in any writing: those spelled with units, and runs of digits however they are disguised.

Everything here works on folded text (:func:`nlu.text.folding.fold`), where full width, circled and keycap
digits are plain digits already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

# Spoken and financial numerals, the way digits are read out over a bad line, and look-alike letters.
_SIGNS = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖两俩仨洞拐勾oоil"
_TABLE = str.maketrans(_SIGNS, "0012345678911234567892230790011")
_NO_DIGIT = re.compile(r"[^0-9]+")

SPOKEN_DIGITS = "〇零一二三四五六七八九幺壹贰叁肆伍陆柒捌玖"
_SPOKEN = SPOKEN_DIGITS + "两洞拐勾"
# What people put between the digits of a number: up to three signs that are no letters, or a spoken pause.
_GAP = r"(?: ?(?:逗号|空格|横杠|短横|横线|杠|点|然后|嗯|呃|再) ?|[^\w\n:%‰¥$*<>]{1,3}|_|(?<!\*)\*(?!\*))"
_RUN = re.compile(
    rf"(?:(?<![a-z0-9_])[oоil]{{1,2}}(?=[0-9]))?[0-9{_SPOKEN}]"
    rf"(?:{_GAP}?[0-9{_SPOKEN}]|(?<=[0-9oоil])[oоil](?![a-hj-km-np-z])|[ .-][oо]{{2,4}}(?=[ .-]?[0-9])){{2,}}"
)
_GROUP = re.compile(rf"[0-9oоil]+|[{_SPOKEN}]+")
_COUNTED_ONE = re.compile(r"[直下个次起定共样般些口边点]")

_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "bai": 100, "千": 1000, "仟": 1000}
_UNITS |= {"qian": 1000, "k": 1000, "万": 10_000, "w": 10_000, "wan": 10_000, "达不溜": 10_000}
_UNITS |= {"亿": 10**8}
_HAN = "〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖两俩仨"
_UNIT = r"(?:[十拾百佰千仟万亿]|达不溜|(?:wan|qian|bai|[wk])(?![a-z]))"
CURRENCY = r"(?:元|块|圆|筷|人民币|大洋|软妹币|米|蚊|毛|角|(?:rmb|yuan|kuai|r)(?![a-z]))"
# 3❤8❤8元: single figures with one sign between them.
_PARTED = r"[0-9](?:[ ·*\u2600-\u27bf\U0001f000-\U0001faff][0-9]){1,6}(?![0-9])"
_FIGURES = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?"
    rf"|(?<![0-9]){_PARTED}(?=\s?(?:{_UNIT}|元|块|米))"
    r"|[0-9][0-9o〇]{0,6}[o〇](?![a-z0-9])|[0-9]+(?:\.[0-9]+)?)"
)
_FILLER = r"(?:[多来余几好]|个(?=[万w达]))"
_NUMBER = re.compile(
    rf"(?:{_FIGURES}(?:点[0-9{_HAN}]+(?=[千万亿w]))?"
    rf"|[{_HAN}]+(?:点[{_HAN}]+)?(?={_FILLER}?\s?(?:{_UNIT}|{CURRENCY}))|(?=十|拾[万元块]))"
    rf"(?:{_FILLER}?\s?{_UNIT}(?:[0-9]+(?![.,]?[0-9])|[{_HAN}]+)?)*"
)
# Tokens are read inside a match of _NUMBER, behind which a pattern cannot look.
_TOKEN = re.compile(
    rf"(?:{_PARTED}|[0-9][0-9,o〇]*(?:\.[0-9]+)?)(?:点[0-9{_HAN}]+)?"
    rf"|[{_HAN}]+(?:点[{_HAN}]+)?|{_UNIT}"
)
# A numeral before these counts things of its own: 三千一个月 is 3000 for one month.
_COUNTED = re.compile(r"[个次张条天月年份单件套位家笔期遍人名周岁台户晚趟小]")


class DigitRun(NamedTuple):
    """Digits that stand together: ``groups`` of (digits, start, end), ``gaps`` between them as written."""

    groups: tuple[tuple[str, int, int], ...]
    gaps: tuple[str, ...]


class Number(NamedTuple):
    """A number with its value; ``unit`` is its last unit (10, 100 ..., 0 without any).

    ``abbreviated`` tells that the last unit is left out, as in 一千八 (1800): nearly always money.
    """

    value: Decimal
    start: int
    end: int
    unit: int
    abbreviated: bool


def digits_of(text: str) -> str:
    """The digits of a text in order, spoken numerals and look-alike letters included."""
    return _NO_DIGIT.sub("", text.translate(_TABLE))


def digit_runs(text: str) -> Iterator[DigitRun]:
    """Runs of three or more digits; a change between figures and numerals starts a new group."""
    for match in _RUN.finditer(text):
        groups: list[tuple[str, int, int]] = []
        gaps: list[str] = []
        for part in _GROUP.finditer(text, match.start(), match.end()):
            start, end = part.span()
            # 一三八零零零零四四五五一直打: the last numeral belongs to the next word.
            if end - start > 3 and text[end - 1] == "一" and _COUNTED_ONE.match(text, end):
                end -= 1
            if groups:
                gaps.append(text[groups[-1][2] : start])
            groups.append((digits_of(text[start:end]), start, end))
        yield DigitRun(tuple(groups), tuple(gaps))


def numbers(text: str) -> Iterator[Number]:
    """All numbers in figures or with units, in order: ``8,640``, ``1.5万``, ``一千八``, ``6十6``, ``2w5``."""
    position = 0
    while match := _NUMBER.search(text, position):
        number = _read(text, match.start(), match.end())
        if number is not None:
            yield number
        position = max(number.end if number else match.end(), match.start() + 1)


def _read(text: str, start: int, end: int) -> Number | None:
    """Reads one number from the front of a stretch; what belongs to the next one is left."""
    total = section = Decimal(0)
    section_unit = last_unit = 0
    largest = 10**12
    pending: str | None = None
    pending_at = stop = start
    for token in _TOKEN.finditer(text, start, end):
        word = token.group()
        unit = _UNITS.get(word, 0)
        if not unit:
            pending, pending_at = word, token.start()
            continue
        amount = _before_unit(pending) if pending else Decimal(0)
        if unit >= 10_000:
            amount += section
            if unit >= largest or not amount:
                return _number(total, start, stop, last_unit)
            total, largest = total + amount * unit, unit
            section, section_unit = Decimal(0), 0
        else:
            if (section_unit and unit >= section_unit) or not (amount or unit == 10):
                # 五千六千: the second number starts with the numeral before this unit.
                return _number(total + section, start, stop, last_unit)
            section += (amount or Decimal(1)) * unit
            section_unit = unit
        pending, last_unit, stop = None, unit, token.end()
    total += section
    if pending is None:
        return _number(total, start, stop, last_unit)
    if not last_unit:
        return Number(_plain(pending), start, pending_at + len(pending), 0, False)
    return _with_rest(text, Number(total, start, stop, last_unit, False), pending, pending_at)


def _with_rest(text: str, number: Number, rest: str, start: int) -> Number:
    """Adds the numeral behind the last unit: 三万五 is 35000, 三万零五 is 30005, 三万五千 never gets here."""
    if rest[0] not in "〇零" and not rest[0].isascii():
        rest = rest[0]
    end = start + len(rest)
    # 十七个 counts seventeen, but 三千一个月 is three thousand for one month.
    if number.unit > 10 and (
        _COUNTED.match(text, end) or (rest == "一" and _COUNTED_ONE.match(text, end))
    ):
        return number
    extra = _plain(rest)
    if len(rest) > 1:
        return (
            number._replace(value=number.value + extra, end=end) if extra < number.unit else number
        )
    value = number.value + extra * number.unit / 10
    return Number(value, number.start, end, number.unit, number.unit > 10)


def _number(value: Decimal, start: int, end: int, unit: int) -> Number | None:
    return Number(value, start, end, unit, False) if value and end > start else None


def _before_unit(word: str) -> Decimal:
    """The value of the numeral before a unit; of a guess (两三千) the smaller one."""
    if len(word) == 2 and not word[0].isascii() and word[0] not in "〇零":
        return _plain(word[0])
    return _plain(word)


def _plain(word: str) -> Decimal:
    whole, _, fraction = word.replace(",", "").replace("点", ".").partition(".")
    return Decimal(f"{digits_of(whole) or '0'}.{digits_of(fraction) or '0'}")
