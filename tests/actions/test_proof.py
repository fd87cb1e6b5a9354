from __future__ import annotations

from dataclasses import replace

import pytest

from actions.facts import Facts
from tests.actions.conversation import CALLER, CONTENT, Conversation, names, said

PHRASE = "春风 青山 石桥 灯火"
# Asked of who is talking, however the words were understood.
ASKED = "你真的是官方吗"


@pytest.mark.parametrize("act", ["bot_challenge", "they_showed_proof", "verify_person", "chitchat"])
@pytest.mark.parametrize(
    "text", [ASKED, "你们是官方的吗？", "怎麼證明你是官方的", "are you really official?"]
)
def test_who_asks_whether_this_is_really_us_is_told_the_phrase_of_their_app(
    act: str, text: str
) -> None:
    turn = Conversation(phrase=PHRASE).say(said(text, act=act))
    english = text.isascii()
    assert names(turn)[0] == ("utter_en_phrase" if english else "utter_phrase")
    assert turn.replies[0].values == {"phrase": PHRASE}
    assert turn.signals == ()


def test_without_a_phrase_it_says_who_it_is_and_how_to_make_sure() -> None:
    turn = Conversation().say(said(ASKED, act="bot_challenge"))
    assert names(turn) == ["utter_bot_challenge", "utter_how_to_check"]


def test_other_words_for_it_are_understood_where_they_are_asked_of_us() -> None:
    turn = Conversation(phrase=PHRASE).say(said("你是官方的还是第三方冒充的", act="bot_challenge"))
    assert names(turn) == ["utter_phrase"]


def test_whether_a_machine_talks_is_another_question() -> None:
    turn = Conversation(phrase=PHRASE).say(said("你是真人还是机器人", act="bot_challenge"))
    assert names(turn) == ["utter_bot_challenge"]


def test_an_emergency_goes_before() -> None:
    turn = Conversation(phrase=PHRASE).say(replace(CALLER, text=ASKED, urgent="emergency"))
    assert "utter_phrase" not in names(turn)


def test_facts_carry_the_phrase_through_metadata() -> None:
    facts = Facts(message_id="m", phrase=PHRASE)
    assert Facts.from_metadata({"facts": facts.as_json()}).phrase == PHRASE


def test_the_question_is_one_of_the_sentences_of_the_content() -> None:
    assert CONTENT.phrases.meaning(ASKED) == "prove"
