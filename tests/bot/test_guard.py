from __future__ import annotations

import copy
from typing import Any

import pytest

from actions.content import load_content
from actions.plan import TURN_KEY
from bot.guard import Guard, Registry

SAFE = "请打官方热线400-012-345（示例号码）核实。"


@pytest.fixture
def guard() -> Guard:
    return Guard(Registry.from_content(load_content()))


def test_a_clean_response_comes_back_as_it_is(guard: Guard) -> None:
    response = {
        "text": "请打12378或110。",
        "buttons": [{"title": "已经转钱了", "payload": "已经转钱了"}],
        "custom": {"card": {"lines": ["2025年10月1日", "15分钟"], "urgent": True, "picture": None}},
        "utter_action": "utter_step_12345",
        TURN_KEY: {"signals": [{"contacts": [{"kind": "phone", "raw": "13800001234"}]}]},
    }
    before = copy.deepcopy(response)
    assert guard.review(response, SAFE) is response
    assert response == before
    assert not guard.stops


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        ({"text": "请打13800001234"}, "number"),
        ({"text": "好", "buttons": [{"title": "打95000", "payload": "好"}]}, "number"),
        ({"text": "好", "buttons": [{"title": "好", "payload": "微信kefu888"}]}, "contact"),
        (
            {"text": "好", "buttons": [{"title": "138"}, {"title": "0000"}, {"title": "1234"}]},
            "number",
        ),
        ({"text": "好", "quick_replies": [{"title": "打95000"}]}, "number"),
        ({"text": "好", "custom": {"card": [{"deep": ["http://evil.example"]}]}}, "url"),
        ({"text": "好", "custom": {"13800001234": "好"}}, "number"),
        ({"text": "好", "custom": {"phone": 13800001234}}, "number"),
        ({"text": "好", "image": "https://evil.example/a.png"}, "url"),
        ({"text": "好", "attachment": {"payload": {"src": "evil.example"}}}, "url"),
        ({"text": "好", "elements": [{"subtitle": "加V：kefu888"}]}, "contact"),
    ],
)
def test_whatever_part_of_a_response_carries_it_the_reply_is_replaced_and_counted(
    guard: Guard, response: dict[str, Any], kind: str
) -> None:
    assert guard.review(response, SAFE) == {"text": SAFE}
    assert guard.stops == {kind: 1}


def test_a_replaced_response_keeps_the_turn_that_the_ledger_needs(guard: Guard) -> None:
    turn = {"signals": [], "replies": ["utter_x"]}
    assert guard.review({"text": "打13800001234", TURN_KEY: turn}, SAFE) == {
        "text": SAFE,
        TURN_KEY: turn,
    }


def test_stops_are_counted_once_per_reply_and_kind(guard: Guard) -> None:
    guard.review({"text": "打13800001234或17000009999，看evil.example"}, SAFE)
    guard.review({"text": "打13800001234"}, SAFE)
    assert guard.stops == {"number": 2, "url": 1}


def test_a_safe_text_that_is_not_safe_is_masked_before_it_leaves(guard: Guard) -> None:
    replaced = guard.review({"text": "打13800001234"}, "请打95000")
    assert guard.allowed(replaced["text"])
    assert replaced["text"] == "请打95＊＊＊"


class _Broken:
    def __str__(self) -> str:
        raise RuntimeError("no text")


@pytest.mark.parametrize(
    "response", [{"text": _Broken()}, {"buttons": "打"}, {"buttons": [1]}, None, 5]
)
def test_what_cannot_be_checked_does_not_leave_and_raises_nothing(
    guard: Guard, response: Any
) -> None:
    assert guard.review(response, SAFE) == {"text": SAFE}
    assert guard.stops == {"error": 1}


def test_a_response_that_holds_itself_is_checked_to_the_end(guard: Guard) -> None:
    custom: dict[str, Any] = {"text": "好"}
    custom["self"] = custom
    response = {"text": "好", "custom": custom}
    assert guard.review(response, SAFE) is response
    custom["last"] = "打13800001234"
    assert guard.review(response, SAFE) == {"text": SAFE}


def test_check_names_the_place_and_allowed_agrees(guard: Guard) -> None:
    text = "请打13800001234。"
    (violation,) = guard.check(text)
    assert (violation.kind, violation.text) == ("number", "13800001234")
    assert not guard.allowed(text)
    assert guard.allowed("请打12378。")
