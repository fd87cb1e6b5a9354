"""Sums of money, told from all the other numbers that people write."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from nlu.entities import money_words as words
from nlu.entities.found import Found, Taken
from nlu.entities.numerals import Number, digits_of, numbers

_HINT = re.compile(r"[0-9十百千万拾佰仟亿元块毛角圆蚊米wk]|bai|qian|达不溜")
_WINDOW = 24
_LARGEST = Decimal(10**11)


def find_amounts(text: str, taken: Taken) -> list[Found]:
    """All sums in yuan in a folded text, leaving out what is taken; ``value`` is a decimal string.

    A sum that is only guessed at (两三千, 十几万, 一百多万) has its lower bound as value; both ends of a
    range (3-5万) are found.
    """
    if not _HINT.search(text):
        return []
    found: list[Found] = []
    low: Number | None = None
    for number in numbers(text):
        if low and words.RANGE.fullmatch(text, low.end, number.start):
            found.extend(_judge_range(text, low, number, found))
            low = None
            continue
        if low:
            found.extend(_judge(text, low, low.start, found))
            low = None
        if not taken.is_free(number.start, number.end):
            continue
        if words.RANGE_AHEAD.match(text, number.end):
            low = number
        else:
            found.extend(_judge(text, number, number.start, found))
    if low:
        found.extend(_judge(text, low, low.start, found))
    return found


def _judge_range(text: str, low: Number, high: Number, found: Sequence[Found]) -> list[Found]:
    """Both ends of a range that is judged by its upper end, where the unit stands."""
    lowest = low.value
    if not low.unit and high.unit >= 100 and lowest * high.unit < high.value:
        lowest *= high.unit
    if not 0 < lowest < high.value:
        return [*_judge(text, low, low.start, found), *_judge(text, high, high.start, found)]
    upper = _judge(text, high, low.start, found)
    return [Found("amount", _decimal(lowest), low.start, low.end), *upper] if upper else []


def _judge(text: str, number: Number, start: int, found: Sequence[Found]) -> list[Found]:
    """The amount that a number is, if it is one; the words that tell stand before ``start``."""
    window = text[max(0, start - _WINDOW) : start]
    prefix = words.PREFIX.search(window)
    if not prefix and (
        words.NO_AMOUNT.search(window)
        or words.FOREIGN_PREFIX.search(window)
        or words.OTHER_NUMBER.search(window)
    ):
        return []
    more = words.MORE.match(text, number.end)
    value, end = number.value, more.end() if more else number.end
    cued = _is_cued(text, number, window, found)
    unit = words.UNIT.match(text, end)
    if unit and (unit.group("unit") not in words.DOUBTFUL_UNITS or cued):
        if _means_together(text, number, unit, cued):
            return []
        value, end = _in_yuan(text, value, unit)
    elif not prefix and not _is_money(text, number, window, end, cued):
        return []
    if not 0 < value < _LARGEST:
        return []
    first = start - len(prefix.group()) if prefix and start == number.start else number.start
    return [Found("amount", _decimal(value), first, end)]


def _is_cued(text: str, number: Number, window: str, found: Sequence[Found]) -> bool:
    """Whether the words around a number talk of paying."""
    paying = words.PAYING.match(window)
    if paying and not words.NO_PAYING_BETWEEN.search(paying.group("between")):
        return True
    if words.JUST_BEFORE.search(window) or words.PRICE_PER.search(window):
        return True
    if words.PAYING_BEHIND.match(text, number.end):
        return True
    if found and words.AND_SO_ON.fullmatch(text, found[-1].end, number.start):
        return True
    return _stands_in_list(text, number, window, found) or (
        number.value >= 30
        and bool(words.ALONE_BEHIND.match(text, number.end) and words.ALONE_BEFORE.search(window))
    )


def _stands_in_list(text: str, number: Number, window: str, found: Sequence[Found]) -> bool:
    """Whether a number is a price in a list of prices."""
    if found and number.value >= 100:
        more = words.NEXT_PRICE.fullmatch(text, found[-1].end, number.start)
        if more and not words.NO_PAYING_BETWEEN.search(more.group("thing")):
            return True
    if number.value < 30 or not words.NEXT_IN_LIST.match(text, number.end):
        return False
    if words.LISTED.search(window) and words.PRICE_LIST.search(text, 0, number.start):
        return True
    lines = words.LIST_LINE.finditer(text)
    return bool(words.LINE_NAME.search(window)) and next(lines, None) is not None and any(lines)


def _is_money(text: str, number: Number, window: str, end: int, cued: bool) -> bool:
    """Whether a number without a currency is a sum."""
    if words.NOT_MONEY.match(text, number.end) or words.NOT_MONEY.match(text, end):
        return False
    if number.value <= 12 and words.MONTH.match(text, number.end):
        return False
    written = text[number.start : number.end]
    if number.unit:
        # Hundreds and more, spelled with their unit, are money unless something is counted.
        absurd = written[-1] in "wk" and number.value / number.unit >= 1000
        return cued or (number.value >= 100 and not absurd)
    if words.INTEREST.search(window) and number.value < 100:
        return False
    if words.CLOCK.match(text, number.end) or (written[0] == "0" and written[1:2] != "."):
        return False
    if words.YEAR.match(written) and (
        words.RANGE.search(window) or words.RANGE_AHEAD.match(text, number.end)
    ):
        return False
    plain = words.MONEY_FORM.match(written) or words.PRICE_FORM.match(written)
    if not cued and not plain:
        return False
    return "." in written or (number.value >= 10 and len(digits_of(written)) <= 8)


def _in_yuan(text: str, value: Decimal, unit: re.Match[str]) -> tuple[Decimal, int]:
    """The value in yuan, with what stands behind the currency: 九块九, 29块9毛, 三毛六."""
    small = unit.group("unit") in ("毛", "角")
    if small:
        value /= 10
    change = words.CHANGE.match(text, unit.end())
    if change is None or unit.group("money") or not (small or unit.group("unit") in ("块", "元")):
        return value, unit.end()
    return value + Decimal(digits_of(change.group("digit"))) / (100 if small else 10), change.end()


def _means_together(text: str, number: Number, unit: re.Match[str], cued: bool) -> bool:
    """到期一块退给你: 一块 is "together", 一毛 "nothing", unless money is meant plainly."""
    if text[number.start : number.end] != "一" or unit.group("money"):
        return False
    if unit.group("unit") not in ("块", "毛"):
        return False
    if unit.group("unit") == "毛":
        return True
    following = text[unit.end() : unit.end() + 1]
    return following.isalpha() and not (cued and following in "一二两三四五六七八九")


def _decimal(value: Decimal) -> str:
    """``18000.00`` as ``18000``, ``9.90`` as ``9.9``."""
    return format(
        value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize(), "f"
    )
