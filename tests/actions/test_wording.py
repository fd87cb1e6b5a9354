from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.content import ContentError
from actions.wording import fill, load_responses, placeholders


@pytest.fixture
def replies(tmp_path: Path) -> Path:
    """An empty folder of replies inside a content folder."""
    folder = tmp_path / "replies"
    folder.mkdir()
    return folder


def test_responses_are_read_in_the_format_of_rasa_from_every_file(replies: Path) -> None:
    (replies / "a.yml").write_text("responses:\n  utter_a:\n  - text: 甲{hotline}\n", "utf-8")
    (replies / "b.yml").write_text(
        "version: '3.1'\nresponses:\n  utter_b:\n  - text: 乙\n", "utf-8"
    )
    loaded = load_responses(replies.parent)
    assert {name: items[0]["text"] for name, items in loaded.items()} == {
        "utter_a": "甲{hotline}",
        "utter_b": "乙",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("responses:\n  utter_a: 甲\n", "utter_a"),
        ("responses:\n  utter_a: []\n", "utter_a"),
        ("responses:\n  utter_a:\n  - image: 甲\n", "utter_a"),
        ("responses:\n  utter_a:\n  - text: 12\n", "utter_a"),
        ("responses:\n- utter_a\n", "responses"),
        ("responses: [", "line"),
        ("- a list\n", "mapping"),
    ],
)
def test_a_broken_file_is_told_in_one_line_that_names_it(
    replies: Path, text: str, told: str
) -> None:
    (replies / "a.yml").write_text(text, "utf-8")
    with pytest.raises(ContentError) as error:
        load_responses(replies.parent)
    message = str(error.value)
    assert "a.yml" in message
    assert told in message
    assert "\n" not in message


def test_a_reply_that_stands_twice_is_refused(replies: Path) -> None:
    for name in ("a.yml", "b.yml"):
        (replies / name).write_text("responses:\n  utter_a:\n  - text: 甲\n", "utf-8")
    with pytest.raises(ContentError, match="utter_a stands twice"):
        load_responses(replies.parent)


def test_a_file_without_responses_adds_none(replies: Path) -> None:
    (replies / "a.yml").write_text("version: '3.1'\n", "utf-8")
    assert load_responses(replies.parent) == {}


def test_what_a_user_wrote_is_a_value_and_never_a_template() -> None:
    values = {"quote": "{hotline}{0}{quote}", "hotline": "400-012-345"}
    assert fill("您说“{quote}”，请拨{hotline}", values) == (
        "您说“{hotline}{0}{quote}”，请拨400-012-345"
    )


def test_a_placeholder_without_a_value_stays_visible_for_the_check() -> None:
    assert fill("{hotline}和{other}", {"hotline": "110"}) == "110和{other}"


@settings(deadline=None)
@given(st.text())
def test_any_text_can_be_filled(text: str) -> None:
    assert fill("{a}" + text.replace("{", ""), {"a": "x"}) == "x" + text.replace("{", "")


def test_placeholders_of_a_text_are_listed_once() -> None:
    assert placeholders("{hotline}或{hotline}，{app_entry}") == {"hotline", "app_entry"}
    assert placeholders("{}{ a }{a b}") == frozenset()
