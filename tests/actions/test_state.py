from __future__ import annotations

import json
from typing import Any

import pytest

from actions.state import ConversationState, RunningThreat

FULL = ConversationState(
    turn=4,
    threats=(
        RunningThreat("loan_scam", "paid", "e1", 1, ("+8613800001234",), ("2000",), "宏帆无忧"),
        RunningThreat("fake_hotline", "asking", "e2", 3),
    ),
    topic="threat",
    asked="given",
    urgent="emergency",
    urgent_at=3,
    misunderstood=1,
    language="zh-Hant",
    minor=True,
    informed=True,
    card_offered=True,
)


def test_a_conversation_survives_the_slot_as_json() -> None:
    assert ConversationState.from_json(json.loads(json.dumps(FULL.as_json()))) == FULL


def test_the_threat_that_was_talked_of_last_is_the_running_one() -> None:
    assert FULL.running == FULL.threats[1]
    assert ConversationState().running is None


def test_a_threat_is_found_by_its_code() -> None:
    assert FULL.threat("loan_scam") == FULL.threats[0]
    assert FULL.threat("mule_account") is None


@pytest.mark.parametrize("value", [None, {}])
def test_a_new_conversation_remembers_nothing(value: Any) -> None:
    assert ConversationState.from_json(value) == ConversationState()


@pytest.mark.parametrize(
    "value",
    [
        "a text",
        ["a", "list"],
        {"threats": 7},
        {"threats": ["loan_scam"]},
        {"threats": [{"code": "loan_scam"}]},
        {"threats": [{**FULL.as_json()["threats"][0], "colour": "red"}]},
        {"threats": [{**FULL.as_json()["threats"][0], "code": "a_code_of_old"}]},
        {"threats": [{**FULL.as_json()["threats"][0], "stage": "a_stage_of_old"}]},
    ],
)
def test_a_memory_of_another_form_starts_afresh_instead_of_failing_the_turn(value: Any) -> None:
    assert ConversationState.from_json(value) == ConversationState()


def test_entries_that_are_not_known_any_more_are_left_out() -> None:
    assert ConversationState.from_json({**FULL.as_json(), "mood": "calm"}) == FULL


def test_entries_that_are_new_get_their_default() -> None:
    value = FULL.as_json()
    del value["card_offered"], value["minor"]
    read = ConversationState.from_json(value)
    assert (read.card_offered, read.minor, read.turn) == (False, False, 4)
