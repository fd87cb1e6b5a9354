from __future__ import annotations

from collections.abc import Callable

import pytest

from nlu.evaluation.mistakes import mistakes_of
from nlu.evaluation.outcomes import Outcome

MakeOutcome = Callable[..., Outcome]


def test_the_surest_mistake_comes_first_and_what_is_right_is_none(outcome: MakeOutcome) -> None:
    rows = [
        outcome({"labels": ["loan_scam"]}, {"leaning": ("loan_scam", 0.3)}),
        outcome({"labels": ["loan_scam"]}, {"codes": ["mule_account"], "confidence": 0.5}),
        outcome({"labels": []}, {"codes": ["mule_account"], "confidence": 0.8}),
        outcome({"urgent": "crisis"}, {}),
        outcome({"urgent": "none"}, {"urgent": "crisis"}),
        outcome({"labels": ["loan_scam"]}, {"codes": ["loan_scam"]}),
        outcome({"labels": []}, {}),
        outcome({}, {"codes": ["loan_scam"]}),
    ]
    found = mistakes_of(rows)
    assert [(mistake.kind, mistake.weight) for mistake in found] == [
        ("urgent_missed", 1.0),
        ("false_alarm", 0.8),
        ("missed", pytest.approx(0.7)),
        ("wrong_code", 0.5),
        ("false_urgent", 0.5),
    ]


def test_a_mistake_tells_where_it_stands_and_what_it_leaned_on(outcome: MakeOutcome) -> None:
    wrong = outcome(
        {"labels": [], "file": "a.jsonl", "line": 7, "topic": "account", "style": "typo"},
        {"codes": ["loan_scam"], "confidence": 0.75, "evidence": ["额度"]},
        text="我的额度呢",
    )
    assert mistakes_of([wrong])[0].as_json() == {
        "kind": "false_alarm",
        "weight": 0.75,
        "row": "a.jsonl:7",
        "text": "我的额度呢",
        "wanted": [],
        "found": ["loan_scam"],
        "style": "typo",
        "topic": "account",
        "evidence": ["额度"],
    }


def test_one_row_can_hold_two_mistakes(outcome: MakeOutcome) -> None:
    both = outcome({"labels": ["fake_hotline"], "urgent": "emergency"}, {})
    assert {mistake.kind for mistake in mistakes_of([both])} == {"urgent_missed", "missed"}
