from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import answer
from actions.answer import ActionAnswer
from actions.facts import FACTS_KEY, Facts
from actions.plan import TURN_KEY, signals_of
from actions.signal_ids import event_id
from actions.state import STATE_SLOT, ConversationState
from tests.actions.conversation import CONTENT, DEPOSIT, OFFER, TODAY, said

FACTS = Facts(conversation="test:user", message_id="m7", today=TODAY, informed=True)


def tracker(parse: dict[str, Any], state: Any = None, metadata: Any = None) -> Tracker:
    """A conversation as Rasa hands it to an action, after one message."""
    return Tracker(
        sender_id="rasa-sender",
        slots={STATE_SLOT: state},
        latest_message={**parse, "message_id": "rasa-message", "metadata": metadata},
        events=[],
        paused=False,
        followup_action=None,
        active_loop={},
        latest_action_name=None,
    )


def run(conversation: Tracker) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The uttered responses and the value of the slot; what leaves must be JSON."""
    dispatcher = CollectingDispatcher()
    [event] = ActionAnswer(CONTENT).run(dispatcher, conversation, {})
    assert (event["event"], event["name"]) == ("slot", STATE_SLOT)
    json.dumps([dispatcher.messages, event])
    return dispatcher.messages, event["value"]


def known(facts: Facts = FACTS) -> dict[str, Any]:
    """Metadata as the service sends it along."""
    return {FACTS_KEY: facts.as_json()}


def test_it_is_the_action_of_the_domain() -> None:
    assert ActionAnswer(CONTENT).name() == "action_answer"


def test_the_last_reply_alone_carries_what_has_to_be_written_down() -> None:
    replies, _ = run(tracker(OFFER.as_parse(), metadata=known()))
    assert [TURN_KEY in reply for reply in replies] == [False, False, True]
    turn = replies[-1][TURN_KEY]
    assert [signal.code for signal in signals_of(turn)] == ["debt_optimization"]
    assert turn["replies"] == [reply["response"] for reply in replies]


def test_every_reply_carries_the_values_and_the_language_it_needs() -> None:
    replies, _ = run(tracker(said("對方要我先交保證金", "loan_scam").as_parse(), metadata=known()))
    assert {reply["language"] for reply in replies} == {"zh-Hant"}
    assert all(reply["hotline"] == CONTENT.hotline for reply in replies)
    assert "保證金" in replies[0]["quote"]


def test_the_conversation_goes_on_from_the_slot() -> None:
    _, state = run(tracker(DEPOSIT.as_parse(), metadata=known()))
    follow_up = said("那怎么办", follow_up="what_now")
    replies, after = run(tracker(follow_up.as_parse(), state, known()))
    assert replies[0]["response"] == "utter_step_loan_scam_considering"
    assert ConversationState.from_json(after).turn == 2


def test_a_follow_up_signal_names_the_event_of_the_first() -> None:
    _, state = run(tracker(DEPOSIT.as_parse(), metadata=known()))
    replies, _ = run(tracker(said("他要500元", follow_up="worry").as_parse(), state, known()))
    [signal] = signals_of(replies[-1][TURN_KEY])
    assert signal.follows == event_id("test:user", "m7", "loan_scam")


def test_from_rasas_own_channels_the_ids_of_rasa_make_the_event() -> None:
    _, state = run(tracker(DEPOSIT.as_parse()))
    running = ConversationState.from_json(state).running
    assert running is not None
    assert running.event_id == event_id("rasa-sender", "rasa-message", "loan_scam")


@pytest.mark.parametrize("parse", [{}, {"text": None, "intent": None, "entities": None}])
def test_a_message_without_a_parse_still_gets_an_answer(parse: dict[str, Any]) -> None:
    replies, _ = run(tracker(parse, metadata=known()))
    assert replies[0]["response"] == "utter_empty"


COMPANY = said("青禾数据是你们合作的公司吗", act="verify_company")


@pytest.mark.parametrize(
    ("parse", "metadata"),
    [
        ({**OFFER.as_parse(), "entities": [{"entity": "phone"}]}, None),
        ({**OFFER.as_parse(), "threats": ["loan_scam"]}, None),
        (OFFER.as_parse(), "a text"),
        (OFFER.as_parse(), {FACTS_KEY: 5}),
        (OFFER.as_parse(), {FACTS_KEY: {"receipt": {"colour": "red"}}}),
        (COMPANY.as_parse(), {FACTS_KEY: {"message_id": "m", "today": "gestern"}}),
    ],
)
def test_input_of_a_wrong_form_gets_the_failure_reply_and_keeps_the_conversation(
    parse: dict[str, Any], metadata: Any
) -> None:
    state = ConversationState(turn=3, topic="hardship").as_json()
    replies, after = run(tracker(parse, state, metadata))
    assert [reply["response"] for reply in replies] == ["utter_failure"]
    assert replies[0][TURN_KEY]["signals"] == []
    assert ConversationState.from_json(after) == ConversationState.from_json(state)


def test_a_failing_decision_still_answers_and_its_log_has_no_word_of_the_user(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(analysis: Any, *_: Any) -> None:
        raise ValueError(f"cannot read {analysis.text!r}")

    monkeypatch.setattr(answer, "decide", fail)
    with caplog.at_level(logging.ERROR):
        replies, _ = run(tracker(OFFER.as_parse(), metadata=known()))
    assert [reply["response"] for reply in replies] == ["utter_failure"]
    assert "ValueError" in caplog.text
    assert "停息挂账" not in caplog.text
    assert OFFER.text[:4] not in caplog.text


def test_without_handed_in_content_the_shipped_one_is_read() -> None:
    dispatcher = CollectingDispatcher()
    ActionAnswer().run(dispatcher, tracker(OFFER.as_parse(), metadata=known()), {})
    assert dispatcher.messages[0]["hotline"] == CONTENT.hotline
