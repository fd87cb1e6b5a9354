from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.evidence import font
from bot.evidence.characters import drawable, visible


@given(st.text())
def test_nothing_invisible_is_left_of_any_text(text: str) -> None:
    for sign in visible(text):
        assert sign in "\n\u200d\ufe0f\u3000 " or unicodedata.category(sign)[0] not in "CZ"


@given(st.text())
def test_every_text_can_be_drawn(text: str) -> None:
    assert all(sign == "\n" or ord(sign) in font.known() for sign in drawable(text, font.known()))


def test_a_character_that_the_font_lacks_is_a_box_with_its_code_point() -> None:
    assert drawable("𠮷野家🙂", font.known()) == "□[U+20BB7]野家□[U+1F642]"


def test_a_direction_mark_is_shown_instead_of_turning_the_line() -> None:
    assert visible("a\u202eb") == "a[U+202E]b"


def test_plain_text_stays_as_it_is() -> None:
    text = "转了3,000元给他（微信：abc_1）。\n第二行　全角＊＊"
    assert visible(text) == drawable(text, font.known()) == text
