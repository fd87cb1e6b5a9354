"""What borrowers say to the question how it was with a person, and what is no answer to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.content import load_content
from actions.decide import decide
from actions.facts import Facts, HandoffFact, SurveyFact
from actions.handoff import SILENT
from actions.plan import SurveyAnswer, Turn, survey_of
from actions.state import ConversationState
from nlu.analysis import Analysis, Threat

CONTENT = load_content()
OPEN = SurveyFact("s1")
TAKEN = HandoffFact("RG-A", True, 0, "", "", "2026-11-30T02:00:00Z", "taken")


def turn(
    text: str,
    fact: SurveyFact | None = OPEN,
    state: ConversationState | None = None,
    facts: Facts | None = None,
    **understood: Any,
) -> Turn:
    given = {"intent": "chitchat", "intent_confidence": 0.9, "act": ("chitchat", 0.9)}
    analysis = Analysis(text=text, **{**given, **understood})
    facts = replace(facts or Facts(conversation="c", message_id="m"), survey=fact)
    return decide(analysis, state or ConversationState(informed=True), facts, CONTENT)


def state_after(turn: Turn) -> ConversationState:
    return ConversationState.from_json(turn.state)


@pytest.mark.parametrize(
    ("text", "answer", "reply"),
    [
        ("很好", "good", "utter_survey_thanks"),
        ("一般", "fair", "utter_survey_thanks"),
        ("不太好。", "poor", "utter_survey_why"),
        ("以后别问我", "stopped", "utter_survey_stopped"),
    ],
)
def test_a_button_is_an_answer(text: str, answer: str, reply: str) -> None:
    told = turn(text)
    assert told.survey == SurveyAnswer(answer, "s1")
    assert [each.name for each in told.replies] == [reply]
    assert survey_of(told.as_json()) == told.survey


def test_the_words_behind_a_poor_answer_are_kept_and_a_no_is_accepted() -> None:
    poor = replace(OPEN, answer="poor")
    after = state_after(turn("不太好"))
    told = turn("说了三遍都没人记下来", poor, after)
    assert told.survey == SurveyAnswer("poor", "s1", "说了三遍都没人记下来")
    declined = turn("不用了", poor, after)
    assert declined.survey is None
    assert declined.replies[0].name == "utter_survey_sorry"


def test_words_count_in_the_first_message_after_the_question_alone() -> None:
    praise = replace(OPEN, leaning="good")
    assert turn("那位很耐心", praise).survey == SurveyAnswer("good", "s1", "那位很耐心")
    later = state_after(turn("我想问个事"))
    assert turn("那边的人很耐心", praise, later).survey is None


@pytest.mark.parametrize("text", ["怎么投诉你们", "要解冻费正常吗"])
def test_a_question_is_answered_and_not_taken_for_words(text: str) -> None:
    assert turn(text, replace(OPEN, leaning="poor")).survey is None


def test_a_threat_told_instead_of_an_answer_is_warned_of_and_reported() -> None:
    threats = (Threat("loan_scam", 0.95, ()),)
    told = turn("不好，他要我交解冻费", replace(OPEN, leaning="poor"), threats=threats)
    assert told.survey is None
    assert [signal.code for signal in told.signals] == ["loan_scam"]


@pytest.mark.parametrize("urgent", ["crisis", "emergency"])
def test_in_urgent_states_the_survey_is_forgotten(urgent: str) -> None:
    assert turn("很差", urgent=urgent).survey is None


def test_who_wants_never_to_be_asked_is_heard_without_a_question_too() -> None:
    assert turn("以后别问我", None).survey == SurveyAnswer("stopped")


def test_without_a_question_its_buttons_mean_nothing() -> None:
    assert turn("很好", None).survey is None


def test_a_bare_no_goes_to_the_person_who_has_taken_over() -> None:
    facts = Facts(conversation="c", message_id="m", handoff=TAKEN)
    assert turn("不用了", None, facts=facts).replies[0].name == SILENT


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("删除我的记录", "utter_erase_data"),
        ("撤回证据同意", "utter_evidence_withdrawn"),
    ],
)
def test_what_only_the_service_can_do_is_done_while_a_person_talks(text: str, reply: str) -> None:
    facts = Facts(conversation="c", message_id="m", handoff=TAKEN)
    assert turn(text, None, facts=facts).replies[0].name == reply
