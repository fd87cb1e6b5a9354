from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.evidence.breaking import line_ranges

TEXTS = st.text(st.sampled_from("中文字，。（）“”abc123 \n:-"), max_size=80)


def measure(sign: str) -> float:
    return 1.0 if sign.isascii() else 2.0


def lines(text: str, width: float) -> list[str]:
    return [text[begin:end] for begin, end in line_ranges(text, width, measure)]


@settings(max_examples=5000 if os.environ.get("JINGZHONG_SOAK") == "1" else 300)
@given(TEXTS, st.integers(4, 30))
def test_nothing_is_lost_and_no_line_is_wider_than_it_may(text: str, width: int) -> None:
    broken = lines(text, width)
    assert "".join(broken) == text.replace("\n", "")
    for line in broken:
        assert sum(map(measure, line.rstrip())) <= width


@given(TEXTS)
def test_a_line_break_of_the_text_ends_a_line(text: str) -> None:
    assert lines(text, 1000) == text.split("\n")


def test_a_line_does_not_begin_with_a_full_stop_or_end_with_a_bracket() -> None:
    assert lines("甲乙丙丁。戊", 8) == ["甲乙丙", "丁。戊"]
    assert lines("甲乙丙（丁戊）", 8) == ["甲乙丙", "（丁戊）"]
    assert lines("他说“好的”", 6) == ["他说", "“好", "的”"]


def test_a_word_or_number_stays_whole_where_a_line_can_hold_it() -> None:
    assert lines("账户6222020000001111222", 20) == ["账户", "6222020000001111222"]
    assert lines("账户6222020000001111222”", 21) == ["账户", "6222020000001111222”"]
    assert lines("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
