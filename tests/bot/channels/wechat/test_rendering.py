"""Replies as texts that WeChat takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from actions.content import CONTENT, ContentError
from bot.channels.wechat.rendering import LONGEST_TEXT, cut, packed, rendered
from bot.channels.wechat.wording import load_words

WORDS = load_words(CONTENT)


def test_bubbles_become_paragraphs_of_one_text() -> None:
    assert rendered([{"text": "甲"}, {"text": "乙"}], WORDS).texts == ("甲\n\n乙",)


def test_choices_of_several_bubbles_are_numbered_through() -> None:
    first = {"text": "甲", "buttons": [{"title": "一", "payload": "说一"}]}
    second = {"text": "乙", "buttons": [{"title": "二", "payload": "说二"}]}
    reply = rendered([first, second], replace(WORDS, choices_hint="选："))
    assert reply.texts == ("甲\n\n选：\n1. 一\n\n乙\n\n选：\n2. 二",)
    assert reply.choices == ("说一", "说二")


@pytest.mark.parametrize(
    "text", ["字" * 3000, "a" * 9000, "一句话。" * 900, "😀" * 1500, "行\n" * 2000]
)
def test_a_text_of_any_kind_is_broken_without_losing_a_character(text: str) -> None:
    parts = list(packed([text], LONGEST_TEXT))
    assert all(0 < len(part.encode()) <= LONGEST_TEXT for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert len(parts) <= 2 * len(text.encode()) // LONGEST_TEXT + 1


def test_a_text_is_broken_at_the_end_of_a_sentence() -> None:
    parts = list(packed(["一句完整的话。" * 200], LONGEST_TEXT))
    assert all(part.endswith("。") for part in parts)


def test_a_cut_text_fits_with_its_notice() -> None:
    text = cut("字" * 3000, "后面没有了。")
    assert len(text.encode()) <= LONGEST_TEXT
    assert text.endswith("\n\n后面没有了。")
    assert cut("短", "后面没有了。") == "短\n\n后面没有了。"


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("says", {"subscribe": "你好"}, "says: scan"),
        ("says", None, "says: subscribe"),
        ("menu", [{"key": "a", "name": "太长太长太长", "says": "b"}], "16 bytes"),
        ("menu", [{"key": "a", "name": "b"}], "menu: says"),
        ("menu", [{"key": "a", "name": "b", "says": "c"}] * 2, "same key"),
        ("menu", [{"key": str(n), "name": "b", "says": "c"} for n in range(4)], "3 buttons"),
        ("choices", {"hint": "选", "line": "{number}"}, "{title}"),
        ("cut", "", "cut"),
        ("unsupported", "x", "list"),
    ],
)
def test_a_broken_file_of_words_is_told_in_a_line(
    content_copy: Path, key: str, value: object, named: str
) -> None:
    path = content_copy / "wechat.yml"
    words = yaml.safe_load(path.read_text()) | {key: value}
    path.write_text(yaml.safe_dump(words, allow_unicode=True))
    with pytest.raises(ContentError, match=r"wechat\.yml") as raised:
        load_words(content_copy)
    assert named in str(raised.value)
    assert "\n" not in str(raised.value)
