"""A person who is asked for, waited for, or talks instead of the assistant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from actions.content import load_content
from actions.decide import decide
from actions.facts import Facts, HandoffFact
from actions.handoff import SILENT, completed
from actions.plan import Handoff, Turn, handoff_of
from actions.state import ConversationState, RunningThreat
from nlu.analysis import Analysis, Threat

CONTENT = load_content()
OPEN = HandoffFact(
    ticket="RG-CFHJ-KMPQ",
    is_open=True,
    ahead=2,
    due="11月30日10点00分",
    due_en="10:00",
    due_at="2026-11-30T02:00:00Z",
)
CLOSED = replace(OPEN, is_open=False)
WAITING = replace(OPEN, standing="waiting")
TAKEN = replace(OPEN, standing="taken")
LOAN = RunningThreat("loan_scam", "paid", "e1", 0, ("+8610000001234",), ("2000",), "某某贷")


def said(text: str = "转人工", **more: Any) -> Analysis:
    given = {"intent": "handoff", "intent_confidence": 0.99, "act": ("handoff", 0.99), **more}
    return Analysis(text=text, **given)


def unclear(text: str = "那个什么来着") -> Analysis:
    return said(text, intent="nlu_fallback", intent_confidence=0.1, act=("chitchat", 0.1))


def crisis(text: str = "我不想活了") -> Analysis:
    return said(text, urgent="crisis", marks=frozenset({"crisis"}))


def threat(text: str = "有人说交两千保证金就放款") -> Analysis:
    return said(
        text,
        intent="loan_scam",
        act=("loan_scam", 0.99),
        threats=(Threat("loan_scam", 0.97, ()),),
        stage="approached",
    )


def turn_of(analysis: Analysis, fact: HandoffFact | None, **state: Any) -> Turn:
    facts = Facts(
        conversation="rest:u1",
        message_id="m1",
        today="2026-11-29",
        informed=True,
        channel="rest",
        handoff=fact,
    )
    turn = decide(analysis, ConversationState(informed=True, **state), facts, CONTENT)
    return completed(turn, facts, ())


def names(turn: Turn) -> list[str]:
    return [reply.name for reply in turn.replies]


def test_where_nobody_could_answer_the_hotline_is_named() -> None:
    turn = turn_of(said(), None)
    assert names(turn) == ["utter_handoff_off"]
    assert turn.handoff is None


@pytest.mark.parametrize(
    ("fact", "language", "name"),
    [
        (OPEN, "zh-Hans", "utter_handoff_queued"),
        (CLOSED, "zh-Hans", "utter_handoff_ticket"),
    ],
)
def test_who_asks_for_a_person_is_told_the_place_or_the_promised_time(
    fact: HandoffFact, language: str, name: str
) -> None:
    turn = turn_of(said(), fact, language=language)
    assert names(turn) == [name]
    assert turn.replies[0].values == {"ahead": "2", "ticket": OPEN.ticket, "due": OPEN.due}
    assert turn.handoff is not None
    assert (turn.handoff.event, turn.handoff.reason) == ("asked", "request")
    assert turn.handoff.due_at == OPEN.due_at


def test_english_has_words_and_a_time_of_its_own() -> None:
    turn = turn_of(said("I want a human please, a real person"), CLOSED, language="en")
    assert names(turn) == ["utter_en_handoff_ticket"]
    assert turn.replies[0].values["due"] == "10:00"


def test_who_waits_already_is_told_so_and_makes_no_second_request() -> None:
    turn = turn_of(said(), WAITING)
    assert names(turn) == ["utter_handoff_waiting"]
    assert turn.handoff == Handoff("heard", OPEN.ticket)


def test_while_waiting_the_assistant_goes_on_and_the_person_will_read_it() -> None:
    turn = turn_of(threat(), WAITING)
    assert "utter_what_loan_scam" in names(turn)
    assert [signal.code for signal in turn.signals] == ["loan_scam"]
    assert turn.handoff == Handoff("heard", OPEN.ticket)


def test_the_assistant_is_quiet_while_a_person_talks_yet_reports_what_is_told() -> None:
    turn = turn_of(threat(), TAKEN)
    assert names(turn) == [SILENT]
    assert [signal.code for signal in turn.signals] == ["loan_scam"]
    assert turn.transcribed
    assert turn.handoff == Handoff("heard", OPEN.ticket)


@pytest.mark.parametrize(
    ("urgent", "name"), [("emergency", "utter_emergency_"), ("crisis", "utter_crisis")]
)
def test_an_emergency_or_a_crisis_is_answered_at_once_even_then(urgent: str, name: str) -> None:
    turn = turn_of(said("我正在转账", urgent=urgent), TAKEN)
    assert names(turn)[0].startswith(name)
    assert turn.handoff is not None
    assert turn.handoff.event == "heard"


@pytest.mark.parametrize(
    ("fact", "more"),
    [(OPEN, "utter_handoff_crisis_queued"), (CLOSED, "utter_handoff_crisis_ticket")],
)
def test_a_crisis_asks_for_a_person_by_itself(fact: HandoffFact, more: str) -> None:
    turn = turn_of(crisis(), fact)
    assert names(turn) == ["utter_crisis", more]
    assert turn.handoff is not None
    assert (turn.handoff.event, turn.handoff.reason) == ("asked", "crisis")


def test_a_crisis_of_somebody_who_waits_moves_them_to_the_front() -> None:
    turn = turn_of(crisis(), WAITING)
    assert names(turn) == ["utter_crisis"]
    assert turn.handoff == Handoff("heard", OPEN.ticket, "crisis")


def test_a_person_is_offered_when_two_messages_in_a_row_were_not_understood() -> None:
    first = turn_of(unclear(), OPEN)
    assert all(reply.buttons is None for reply in first.replies)
    second = turn_of(unclear(), OPEN, misunderstood=1, asked="clarify")
    assert second.replies[-1].buttons == "utter_offer_handoff"
    nobody = turn_of(unclear(), None, misunderstood=1, asked="clarify")
    assert nobody.replies[-1].buttons is None


def test_the_summary_tells_what_the_person_must_know() -> None:
    facts = Facts(conversation="rest:u1", message_id="m1", informed=True, handoff=OPEN)
    state = ConversationState(informed=True, threats=(LOAN,), tone="desperate")
    events = [
        {"event": "action", "name": "action_listen"},
        *({"event": "user", "text": f"第{index}句"} for index in range(10)),
        {"event": "bot", "text": "x" * 1000},
        *({"event": "bot", "text": f"答{index}"} for index in range(4)),
        {"event": "bot", "text": None},
    ]
    turn = completed(decide(said(), state, facts, CONTENT), facts, events)
    assert turn.handoff is not None
    summary = turn.handoff.summary
    assert summary["threats"] == [
        {
            "code": "loan_scam",
            "stage": "paid",
            "contacts": ["+8610000001234"],
            "amounts": ["2000"],
            "agency": "某某贷",
        }
    ]
    assert len(summary["said"]) == 12
    assert summary["said"][0] == {"side": "user", "text": "第3句"}
    assert len(summary["said"][7]["text"]) == 300
    assert summary["said"][-1] == {"side": "assistant", "text": "答3"}
    assert handoff_of(turn.as_json()) == turn.handoff


def test_facts_travel_with_the_message() -> None:
    facts = Facts(handoff=TAKEN)
    assert Facts.from_metadata({"facts": facts.as_json()}) == facts
