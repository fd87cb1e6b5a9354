"""Order, sides and rows, without any picture."""

from __future__ import annotations

import pytest

from bot.pictures.layout import lines_of
from bot.pictures.page import Page, Word

HIGH = 40.0


def word(text: str, left: float, top: float, right: float | None = None) -> Word:
    right = left + len(text) * HIGH if right is None else right
    return Word(text, left, top, right, top + HIGH)


def texts(*words: Word) -> list[str]:
    return [line.text for line in lines_of(Page(words, 1000, 2000))]


def wrapped(first: str, second: str) -> list[str]:
    """Two rows of one bubble, of which the first is full."""
    (text,) = texts(word(first, 100, 100, 700), word(second, 100, 150, 500))
    return text.split("\n")


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("可以帮您停息挂账，先付两", "千元服务费", ["可以帮您停息挂账，先付两千元服务费"]),
        ("有问题打13900", "005678", ["有问题打13900005678"]),
        ("客服一13900005678", "13900005679", ["客服一13900005678", "13900005679"]),
        ("please call our", "service", ["please call our service"]),
        ("https://a.example.com/ap", "ply", ["https://a.example.com/apply"]),
        ("加微信zwyh_88", "99办理", ["加微信zwyh_8899办理"]),
        ("一、先付定金", "二、再办停息", ["一、先付定金", "二、再办停息"]),
    ],
)
def test_a_row_that_was_full_goes_on_in_the_next(
    first: str, second: str, together: list[str]
) -> None:
    assert wrapped(first, second) == together


def test_a_row_with_room_left_is_a_line_of_its_own() -> None:
    rows = [word("专业团队", 100, 100), word("不成功不收费先办理后付款", 100, 150)]
    assert texts(*rows) == ["专业团队\n不成功不收费先办理后付款"]


def test_what_stands_in_one_row_is_read_from_left_to_right() -> None:
    assert texts(word("13900005678", 600, 103), word("客服电话", 100, 100)) == [
        "客服电话 13900005678"
    ]


@pytest.mark.parametrize(
    "bar", ["21:37", "5G 87%", "中国移动 4G", "9:05 HD 5G 100%", "21:37 88", "5G87%"]
)
def test_the_bar_above_a_screen_is_left_out(bar: str) -> None:
    assert texts(word(bar, 40, 10), word("停息挂账", 100, 200)) == ["停息挂账"]


@pytest.mark.parametrize("number", ["13900005678", "110", "400 123 456", "95588", "00 852"])
def test_a_number_to_call_is_no_part_of_that_bar(number: str) -> None:
    assert texts(word(number, 40, 10), word("未知号码", 100, 200)) == [number, "未知号码"]


@pytest.mark.parametrize("time", ["昨天 20:15", "下午3:15", "2026年5月1日 10:22", "星期三 08:00"])
def test_times_between_messages_are_left_out(time: str) -> None:
    assert texts(word("停息挂账", 100, 200), word(time, 400, 400)) == ["停息挂账"]


def test_a_time_within_words_stays() -> None:
    said = "明天9:30来办理"
    assert texts(word(said, 100, 200)) == [said]


def test_sides_are_told_by_where_bubbles_begin_and_end() -> None:
    page = Page(
        (
            word("您好可以办停息挂账的", 150, 200, 700),
            word("真的吗", 730, 400, 850),
            word("我把身份证和合同都发给您了请问什么时候能办好", 250, 600, 850),
        ),
        1000,
        2000,
    )
    assert [line.side for line in lines_of(page)] == ["left", "right", "right"]


def test_nobody_is_made_to_have_said_what_stands_in_the_middle_or_alone() -> None:
    poster = Page((word("征信修复", 300, 200, 700), word("三天洗白", 350, 400, 650)), 1000, 1400)
    alone = Page((word("您好可以办停息挂账", 150, 200, 700),), 1000, 2000)
    assert {line.side for line in (*lines_of(poster), *lines_of(alone))} == {None}


def test_an_empty_page_says_nothing() -> None:
    assert texts() == []
