"""The words of content/app.yml."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from actions.content import CONTENT, ContentError, read_yaml
from bot.channels.app.words import app_words
from nlu.analysis import THREAT_CODES

FILE = read_yaml(CONTENT / "app.yml")


def test_there_is_a_warning_for_each_code_and_a_hint() -> None:
    words = app_words(FILE)
    assert tuple(words.warnings) == THREAT_CODES
    assert words.hint is not None
    assert len(words.phrase) >= 64
    assert all(len(word) == 2 for word in words.phrase)


def test_the_hint_may_be_left_out() -> None:
    entries = copy.deepcopy(FILE)
    entries["banner"]["hint"] = None
    assert app_words(entries).hint is None


def without_code(entries: dict[str, Any]) -> None:
    del entries["banner"]["warnings"]["loan_scam"]


def unknown_code(entries: dict[str, Any]) -> None:
    entries["banner"]["warnings"]["lottery"] = entries["banner"]["hint"]


def few_words(entries: dict[str, Any]) -> None:
    entries["phrase"] = entries["phrase"][:63]


def word_twice(entries: dict[str, Any]) -> None:
    entries["phrase"][1] = entries["phrase"][0]


def no_words(entries: dict[str, Any]) -> None:
    entries["phrase"] = "春风"


def empty_text(entries: dict[str, Any]) -> None:
    entries["banner"]["hint"]["text"] = " "


def long_text(entries: dict[str, Any]) -> None:
    entries["banner"]["hint"]["text"] = "长" * 49


def unknown_placeholder(entries: dict[str, Any]) -> None:
    entries["banner"]["hint"]["text"] = "{number}"


def unknown_field(entries: dict[str, Any]) -> None:
    entries["banner"]["hint"]["url"] = "https://a.example"


def no_banner(entries: dict[str, Any]) -> None:
    del entries["banner"]


@pytest.mark.parametrize(
    "breaks",
    [
        without_code,
        unknown_code,
        few_words,
        word_twice,
        no_words,
        empty_text,
        long_text,
        unknown_placeholder,
        unknown_field,
        no_banner,
    ],
)
def test_a_broken_file_is_named_in_a_line(breaks: Callable[[dict[str, Any]], None]) -> None:
    entries = copy.deepcopy(FILE)
    breaks(entries)
    with pytest.raises(ContentError, match=r"^app\.yml: [^\n]+$"):
        app_words(entries)
