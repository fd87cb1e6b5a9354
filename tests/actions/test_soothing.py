from __future__ import annotations

from dataclasses import replace

import pytest

from nlu.analysis import Analysis, Tone
from tests.actions.conversation import DEPOSIT, OFFER, Conversation, names, said

BILL = said("账单在哪里看", act="repayment")


@pytest.mark.parametrize("message", [OFFER, BILL], ids=["threat", "bill"])
@pytest.mark.parametrize("tone", ["angry", "desperate"])
def test_who_is_upset_hears_first_that_it_was_heard(message: Analysis, tone: Tone) -> None:
    assert names(Conversation().say(replace(message, tone=tone)))[0] == f"utter_tone_{tone}"


def test_who_is_calm_gets_the_answer_at_once() -> None:
    assert not any(name.startswith("utter_tone") for name in names(Conversation().say(OFFER)))


def test_nobody_is_soothed_twice_in_a_row() -> None:
    talk = Conversation()
    talk.say(replace(OFFER, tone="angry"))
    assert "utter_tone_angry" not in names(talk.say(replace(BILL, tone="angry")))
    assert names(talk.say(replace(DEPOSIT, tone="desperate")))[0] == "utter_tone_desperate"


def test_who_was_calm_in_between_is_soothed_anew() -> None:
    talk = Conversation()
    talk.say(replace(OFFER, tone="angry"))
    talk.say(BILL)
    assert names(talk.say(replace(BILL, tone="angry")))[0] == "utter_tone_angry"


@pytest.mark.parametrize("urgent", ["emergency", "crisis"])
def test_urgent_help_is_not_delayed_by_kind_words(urgent: str) -> None:
    turn = Conversation().say(replace(OFFER, tone="desperate", urgent=urgent, stage="paid"))
    assert not names(turn)[0].startswith("utter_tone")


def test_a_complaint_has_kind_words_of_its_own() -> None:
    turn = Conversation().say(replace(said("你们太过分了", act="complaint"), tone="angry"))
    assert names(turn)[0] == "utter_complaint"


@pytest.mark.parametrize("text", ["转人工", "asdf qwer", "在吗"])
def test_a_few_words_have_no_tone_that_could_be_heard(text: str) -> None:
    turn = Conversation().say(said(text, act="repayment", tone="angry"))
    assert not any(name.startswith("utter_tone") for name in names(turn))
