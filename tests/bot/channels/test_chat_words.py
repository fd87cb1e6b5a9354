"""The words of the page: complete, used, and checked before they are shown."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

import pytest

from actions.content import CONTENT, ContentError, read_yaml
from bot.channels.chat_words import STRINGS, words_of
from bot.channels.page import WEB


@pytest.fixture
def page() -> dict[str, Any]:
    return deepcopy(read_yaml(CONTENT / "page.yml"))


def test_the_shipped_words_are_complete(page: dict[str, Any]) -> None:
    assert set(words_of(page).strings) == STRINGS


def test_placeholders_are_filled_with_the_institutions_values(page: dict[str, Any]) -> None:
    page["strings"]["title"] = "{short_name}：{hotline}"
    words = words_of(page).filled({"short_name": "{hotline}", "hotline": "号码"})
    assert words.strings["title"] == "{hotline}：号码"
    assert "{count}" in words.strings["counter"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("title", None), ("title", ""), ("title", "  "), ("title", 5), ("title", "{hotlin}")],
)
def test_a_broken_string_is_named(page: dict[str, Any], name: str, value: object) -> None:
    page["strings"][name] = value
    with pytest.raises(ContentError, match=name):
        words_of(page)


def test_a_missing_string_is_named(page: dict[str, Any]) -> None:
    del page["strings"]["automated"]
    with pytest.raises(ContentError, match="automated"):
        words_of(page)


def test_a_string_that_nothing_shows_is_named(page: dict[str, Any]) -> None:
    page["strings"]["subtitle"] = "安全"
    with pytest.raises(ContentError, match="subtitle"):
        words_of(page)


@pytest.mark.parametrize("openers", [None, [], "你好", [""], [5]])
def test_broken_openers_are_named(page: dict[str, Any], openers: object) -> None:
    page["openers"] = openers
    with pytest.raises(ContentError, match="openers"):
        words_of(page)


def test_the_page_uses_every_string_and_no_other() -> None:
    html = (WEB / "index.html").read_text(encoding="utf-8")
    scripts = "".join(path.read_text(encoding="utf-8") for path in WEB.glob("*.js"))
    used = set(re.findall(r'data-(?:string|label|placeholder)="(\w+)"', html))
    used |= set(re.findall(r"strings\.(\w+)", scripts))
    states = re.search(r"state\(((?:\"\w+\"[ |*\n]*)+)\)", scripts)
    assert states
    used |= {f"status_{state}" for state in re.findall(r'"(\w+)"', states[1])}
    assert used == STRINGS


def test_no_word_stands_in_the_page_itself() -> None:
    chinese = re.compile(r"[\u3000-\u9fff\uff00-\uffef]")
    for path in WEB.iterdir():
        assert not chinese.search(path.read_text(encoding="utf-8")), path.name
