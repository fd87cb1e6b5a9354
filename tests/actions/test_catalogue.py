from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import actions
from actions.catalogue import Demand, needed, placeholders_of
from actions.facts import ReceiptFact
from actions.wording import fill, load_responses, placeholders
from nlu.analysis import FOLLOW_UP_ACTS, STAGES, THREAT_CODES, URGENT_STATES, Analysis
from tests.actions.conversation import CONTENT, Conversation, said

RESPONSES = load_responses()
# What a reply gets from the service besides what the turn decides.
FROM_THE_SERVICE = {"receipt": "JZ-CFHJ-KMPQ"}


def names_in_code() -> set[str]:
    """Every complete reply name that stands in the code of the actions."""
    found = set()
    for path in Path(actions.__file__).parent.glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        # Parts of f-strings are beginnings of names, not names.
        parts = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        found |= {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value.startswith("utter_")
            and id(node) not in parts
        }
    return {name for name in found if name.replace("_", "").isalnum() and not name.endswith("_")}


def test_every_reply_that_stands_in_the_code_is_in_the_catalogue() -> None:
    found = names_in_code()
    assert len(found) > 50
    assert found - set(needed()) == set()


def test_every_reply_of_the_catalogue_is_written_and_no_other() -> None:
    # The wording of a warning to many is chosen by whoever sends it.
    chosen = {name for name in RESPONSES if name.startswith("utter_outreach_")}
    assert set(needed()) - chosen == set(RESPONSES) - chosen


@pytest.mark.parametrize(("name", "demand"), sorted(needed().items()))
def test_a_reply_holds_what_is_demanded_of_it(name: str, demand: Demand) -> None:
    text = str(RESPONSES[name][0]["text"])
    assert not demand.hotline or "{hotline}" in text
    assert not demand.words or any(word in text for word in demand.words)
    assert placeholders(text) <= set(CONTENT.values()) | placeholders_of(name)


@pytest.mark.parametrize("code", THREAT_CODES)
def test_the_free_way_of_every_threat_names_the_hotline(code: str) -> None:
    assert needed()[f"utter_way_{code}"].hotline


@pytest.mark.parametrize("code", THREAT_CODES)
def test_the_reply_to_who_has_paid_must_warn_of_paid_recovery(code: str) -> None:
    assert needed()[f"utter_step_{code}_paid"].words == ("追回",)


TEXTS = (
    "",
    "😭",
    "那怎么办",
    "是的",
    "0085200001234是你们吗",
    "400-012-345是你们的号码吗",
    "12378是谁的电话",
    "宏帆无忧法务公司是你们合作的吗",
    "这个App是你们的吗",
    "https://maisui-vip.example/a",
    "验证码念给他了，刚转了2000元",
    "我妈正在共享屏幕",
    "我15岁，签了合同",
    "央行的一次性信用修复还有吗",
    "发给家人的提醒卡",
    "which number should i call",
    "is 0085200001234 your number, he wants my otp",
)
INTENTS = (
    *("verify_number", "verify_person", "verify_company", "verify_app", "verify_message"),
    *("repayment", "limits_rates", "account", "app_issue", "hardship", "credit_record"),
    *("collection_complaint", "complaint", "official_policy", "product_other", "ask_hotline"),
    *("fraud_knowledge", "greet", "thanks", "goodbye", "chitchat", "bot_challenge", "abuse"),
    *("handoff", "stop_push", "erase_data", "withdraw_consent", "receipt_status", "crisis"),
)
share = st.sampled_from((0.05, 0.3, 0.55, 0.97))


@st.composite
def messages(draw: Any) -> Analysis:
    """Anything that a model might make of some message."""
    codes = draw(st.lists(st.sampled_from(THREAT_CODES), max_size=2, unique=True))
    return said(
        draw(st.sampled_from(TEXTS)),
        *codes,
        act=(draw(st.sampled_from((*INTENTS, *FOLLOW_UP_ACTS))), draw(share)),
        follow_up=(draw(st.sampled_from((*FOLLOW_UP_ACTS, "more"))), draw(share)),
        stage=draw(st.sampled_from(STAGES)),
        urgent=draw(st.sampled_from((None, None, None, *URGENT_STATES))),
    )


def facts() -> st.SearchStrategy[dict[str, Any]]:
    """What the service may know of a user."""
    receipts = (
        None,
        ReceiptFact("JZ-CFHJ-KMPQ"),
        ReceiptFact("JZ-CFHJ-KMPQ", "已核实", "2026年11月2日"),
    )
    return st.fixed_dictionaries(
        {
            "informed": st.booleans(),
            "minor": st.booleans(),
            "truncated": st.booleans(),
            "receipt": st.sampled_from((None, None, None, *receipts)),
            "attachments": st.sampled_from(((), ("photo",), ("contact",))),
            "today": st.sampled_from(("2026-11-20", "2029-01-01")),
        }
    )


@settings(max_examples=250, deadline=None)
@given(st.lists(messages(), min_size=1, max_size=4), facts())
def test_whatever_is_said_every_reply_exists_and_all_its_places_are_filled(
    conversation: list[Analysis], known: dict[str, Any]
) -> None:
    talk = Conversation(**known)
    for message in conversation:
        turn = talk.say(message)
        assert turn.replies
        for reply in turn.replies:
            assert reply.name in needed()
            values = {**CONTENT.values(), **reply.values, **FROM_THE_SERVICE}
            assert placeholders(fill(str(RESPONSES[reply.name][0]["text"]), values)) == frozenset()
            assert reply.buttons is None or RESPONSES[reply.buttons][0]["buttons"]
        codes = [signal.code for signal in turn.signals]
        assert len(codes) == len(set(codes)), "one signal for a message and a code"
