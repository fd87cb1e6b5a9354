"""Long replies arrive whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.parts import in_parts


def test_a_reply_that_fits_stays_as_it_is() -> None:
    assert in_parts("先别付钱。\n\n请打官方热线。") == ["先别付钱。\n\n请打官方热线。"]


def test_a_long_reply_is_cut_between_paragraphs_before_sentences() -> None:
    text = "第一段。还有一句。\n\n第二段也说完了。"
    assert in_parts(text, 14) == ["第一段。还有一句。", "第二段也说完了。"]
    assert in_parts("这是一句话。这又是一句话。", 8) == ["这是一句话。", "这又是一句话。"]


def test_signs_outside_the_basic_plane_count_twice() -> None:
    assert in_parts("😀😀😀", 4) == ["😀😀", "😀"]


@given(st.text(min_size=1, max_size=300), st.integers(2, 40))
def test_no_part_is_too_long_and_no_word_is_lost(text: str, longest: int) -> None:
    parts = in_parts(text, longest)
    assert all(0 < len(part.encode("utf-16-le", "surrogatepass")) // 2 <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
