from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.language import in_traditional, language_of

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我想协商还款", "zh-Hans"),
        ("我想協商還款", "zh-Hant"),
        ("有人叫我注销帐户", "zh-Hans"),
        ("對方要我開屏幕共享", "zh-Hant"),
        ("I got a call from your hotline", "en"),
        ("hello", "en"),
        ("那个APP叫loan pro max plus，要我先付钱", "zh-Hans"),
        ("這個App叫loan pro，要我先付錢", "zh-Hant"),
    ],
)
def test_a_message_is_answered_in_its_own_language(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize("before", LANGUAGES)
@pytest.mark.parametrize("text", ["", "13800001234", "😭", "ok", "？？"])
def test_a_message_that_tells_nothing_keeps_the_language(text: str, before: str) -> None:
    assert language_of(text, before) == before


@pytest.mark.parametrize("before", ["zh-Hans", "zh-Hant"])
def test_characters_of_both_scripts_keep_the_script(before: str) -> None:
    assert language_of("你好", before) == before


def test_chinese_after_english_is_answered_in_chinese() -> None:
    assert language_of("你好", "en") == "zh-Hans"


def test_a_traditional_reply_keeps_numbers_and_placeholders() -> None:
    text = in_traditional("请拨{hotline}，签字前打110或12378，App里查")
    assert text == "請撥{hotline}，簽字前打110或12378，App裡查"


@settings(deadline=None)
@given(st.text(), st.sampled_from(LANGUAGES))
def test_every_text_has_a_language(text: str, before: str) -> None:
    assert language_of(text, before) in LANGUAGES


@settings(deadline=None)
@given(st.text(st.characters(blacklist_categories=()), max_size=30))
def test_lone_surrogates_have_a_language_too(text: str) -> None:
    assert language_of(text + "\ud800") in LANGUAGES


@pytest.mark.parametrize("text", ["wx abc123", "loan pro max", "hi"])
def test_a_few_latin_words_in_a_chinese_talk_are_no_english(text: str) -> None:
    assert language_of(text, "zh-Hans", opens=False) == "zh-Hans"


def test_a_sentence_in_english_is_answered_in_english_at_any_time() -> None:
    assert language_of("what should I do now", "zh-Hans", opens=False) == "en"
