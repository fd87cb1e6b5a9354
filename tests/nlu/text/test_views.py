from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.text.folding import fold
from nlu.text.views import blur, heard, split_pinyin, written

anything = st.text(st.characters(blacklist_categories=()), max_size=60)


def signs_of(text: str) -> list[str]:
    """The signs as written of a text."""
    return written(fold(text).text)[0]


def sounds_of(text: str) -> list[str]:
    """The syllables as heard of a text."""
    return heard(*written(fold(text).text))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("征信修复", "蒸信修复"),
        ("征信修复", "zheng信修复"),
        ("征信修复", "zhengxin修复"),
        ("债务优化", "债误优化"),
        ("验证码", "验正码"),
        ("停息挂账", "停|息 挂.账"),
        ("收费", "Shou费"),
    ],
)
def test_disguises_of_a_word_sound_the_same(one: str, other: str) -> None:
    assert sounds_of(one) == sounds_of(other)


def test_different_words_sound_different() -> None:
    assert sounds_of("债务优化") != sounds_of("征信修复")


@pytest.mark.parametrize(
    ("digits", "sign"),
    [
        ("1", "0"),
        ("123", "0"),
        ("1234", "00"),
        ("123456", "00"),
        ("1234567", "000"),
        ("13800001234", "000"),
    ],
)
def test_only_the_length_of_a_number_counts(digits: str, sign: str) -> None:
    assert signs_of(f"号{digits}号") == ["号", sign, "号"]


def test_a_symbol_inside_a_word_does_not_part_it() -> None:
    assert signs_of("征*信~修^复") == ["征", "信", "修", "复"]


def test_a_sentence_end_and_a_question_are_kept() -> None:
    assert signs_of("好。真的吗？") == ["好", "|", "真", "的", "吗", "？"]


@pytest.mark.parametrize(
    ("letters", "syllables"),
    [("zhengxin", ("zen", "xin")), ("shoufei", ("sou", "fei")), ("app", ("app",)), ("", ("",))],
)
def test_pinyin_is_split_and_other_words_stay_whole(
    letters: str, syllables: tuple[str, ...]
) -> None:
    assert split_pinyin(letters) == syllables


def test_syllables_that_are_often_confused_are_one() -> None:
    assert [blur(one) for one in ("zheng", "cheng", "shuang", "lin")] == [
        blur(other) for other in ("zen", "cen", "suan", "lin")
    ]


@settings(deadline=None)
@given(anything)
def test_every_sign_and_every_syllable_has_its_place_in_the_text(text: str) -> None:
    folded = fold(text).text
    signs, places = written(folded)
    assert len(signs) == len(places) <= len(folded)
    assert all(0 <= place < len(folded) for place in places)
    assert all(one < other for one, other in pairwise(places))
    sounds, positions = heard(signs, places)
    assert len(sounds) == len(positions)
    assert set(positions) <= set(places)
    assert positions == sorted(positions)
    assert all(sound for sound in sounds)
