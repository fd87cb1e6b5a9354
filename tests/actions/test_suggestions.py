from __future__ import annotations

from dataclasses import replace

import pytest

from actions.content import CONTENT
from actions.suggestions import SUGGESTIONS, suggestion
from actions.wording import load_responses
from nlu.analysis import Analysis
from tests.actions.conversation import Conversation, names, said

MUDDLE = replace(said("那个什么来着", act="chitchat"), act=("chitchat", 0.1), matter=0.0)


def analysis(leaning: tuple[str, float], act: tuple[str, float]) -> Analysis:
    return Analysis("那个", "nlu_fallback", 0.1, leaning=leaning, act=act)


def test_who_is_not_understood_twice_gets_three_ways_on() -> None:
    talk = Conversation()
    first, second = talk.say(MUDDLE), talk.say(MUDDLE)
    assert names(first) == ["utter_clarify"]
    assert names(second)[0] == "utter_general_caution"
    assert names(second)[1].startswith("utter_suggest_")


@pytest.mark.parametrize(
    ("leaning", "act", "name"),
    [
        (("loan_scam", 0.28), ("chitchat", 0.1), "loan_scam"),
        (("loan_scam", 0.28), ("repayment", 0.4), "repay"),
        (("loan_scam", 0.05), ("verify_number", 0.1), "check"),
        (("loan_scam", 0.05), ("collection_complaint", 0.1), "complain"),
        (("loan_scam", 0.05), ("chitchat", 0.1), "general"),
    ],
)
def test_they_are_those_nearest_to_what_was_said(
    leaning: tuple[str, float], act: tuple[str, float], name: str
) -> None:
    assert suggestion(analysis(leaning, act)).name == f"utter_suggest_{name}"


@pytest.mark.parametrize("name", SUGGESTIONS)
def test_each_has_three_buttons_that_differ(name: str) -> None:
    buttons = load_responses(CONTENT)[f"utter_suggest_{name}"][0]["buttons"]
    assert len({button["title"] for button in buttons}) == 3
    assert len({button["payload"] for button in buttons}) == 3
    # A button's words fit a phone.
    assert all(len(button["title"]) <= 12 for button in buttons)
