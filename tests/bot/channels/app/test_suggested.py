"""Whoever taps a suggestion is understood."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from actions.content import CONTENT, read_yaml
from actions.suggestions import SUGGESTIONS
from actions.wording import load_responses
from bot.channels.app.words import app_words
from tests.conftest import Answer, Desk

RESPONSES = load_responses(CONTENT)
TAPPED = sorted(
    {
        button["payload"]
        for name in SUGGESTIONS
        for button in RESPONSES[f"utter_suggest_{name}"][0]["buttons"]
    }
    | {bar.say for _, bar in app_words(read_yaml(CONTENT / "app.yml")).bars() if bar.say}
)


@pytest.mark.parametrize("text", TAPPED)
def test_what_a_tap_says_gets_an_answer_and_no_question_back(
    talk: Callable[[str, str], Answer], desk: Desk, text: str
) -> None:
    answer = talk("tap", text)
    for unclear in ("utter_clarify", "utter_general_caution"):
        assert desk.services.plain(unclear) not in answer.text


def test_who_is_not_understood_twice_is_offered_three_ways_on(
    talk: Callable[[str, str], Answer],
) -> None:
    talk("muddled", "那个事情怎么弄")
    answer = talk("muddled", "那个事情怎么弄")
    buttons = answer.bubbles[-1].get("buttons") or []
    assert len(buttons) == 3
    assert "您可能想问" in answer.text
