from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.entities.numerals import digit_runs, digits_of, numbers

_DIGITS = "零一二三四五六七八九"


def spelled(value: int) -> str:
    """The usual spelling of a number below a hundred million, independent of the reader."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        rest = "" if not low else ("零" if low < 1000 else "") + spelled(low)
        return spelled(high) + "万" + rest
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = True
    return text


@given(st.integers(min_value=10, max_value=99_999_999))
def test_every_spelled_number_is_read_back(value: int) -> None:
    (number,) = numbers(spelled(value))
    assert number.value == value


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal(10**8), places=2))
def test_every_figure_is_read_back_with_and_without_thousands_commas(value: Decimal) -> None:
    for written in (str(value), f"{value:,}"):
        (number,) = numbers(written)
        assert number.value == value


@pytest.mark.parametrize(
    ("text", "digits"),
    [("一三八", "138"), ("幺洞拐", "107"), ("壹柒零", "170"), ("l3oo", "1300"), ("〇二", "02")],
)
def test_digits_are_read_in_any_script(text: str, digits: str) -> None:
    assert digits_of(text) == digits


def test_a_run_keeps_its_groups_and_what_stands_between() -> None:
    (run,) = digit_runs("号码170-0000，5566")
    assert run.groups == (("170", 2, 5), ("0000", 6, 10), ("5566", 11, 15))
    assert run.gaps == ("-", "，")


def test_figures_and_numerals_side_by_side_are_two_groups() -> None:
    (run,) = digit_runs("1700000一二")
    assert [group[0] for group in run.groups] == ["1700000", "12"]


def test_two_digits_are_no_run() -> None:
    assert list(digit_runs("12 个，三个")) == []
