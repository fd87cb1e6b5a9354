from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from actions.plan import Signal
from actions.signalling import EVIDENCE_LIMIT, suspicious_contacts
from nlu.analysis import Entity
from nlu.entities import extract
from nlu.text.folding import fold
from tests.actions.conversation import CALLER, CONTENT, DEPOSIT, OFFER, Conversation, said

HOTLINE = CONTENT.hotlines[0]


def told(*messages: Any) -> list[tuple[Signal, ...]]:
    """The signals of every message of one conversation."""
    talk = Conversation()
    return [talk.say(message).signals for message in messages]


def contacts(text: str) -> list[tuple[str, str]]:
    """Kinds and values of the suspicious contacts of a text."""
    found = suspicious_contacts(extract(fold(text)), CONTENT)
    return [(contact.kind, contact.value) for contact in found]


def follow_up(text: str, act: str = "what_now", stage: str = "asking") -> Any:
    """A message in the middle of a talk about a threat."""
    return said(text, follow_up=act, stage=stage)


def test_the_first_mention_is_one_signal_that_follows_nothing() -> None:
    [[signal]] = told(OFFER)
    assert (signal.code, signal.stage, signal.urgency) == ("debt_optimization", "approached", None)
    assert signal.follows is None
    assert 0.5 <= signal.confidence <= 1


def test_a_message_of_two_threats_is_two_signals() -> None:
    [signals] = told(said("先交服务费停息，再拿我的卡走账", "debt_optimization", "mule_account"))
    assert [signal.code for signal in signals] == ["debt_optimization", "mule_account"]


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(follow_up("那怎么办"), id="follow-up"),
        pytest.param(follow_up("那是真的吗", "which_true"), id="doubt"),
        pytest.param(OFFER, id="the same again"),
        pytest.param(replace(OFFER, stage="asking"), id="asked again"),
    ],
)
def test_what_adds_nothing_writes_no_signal(message: Any) -> None:
    assert told(OFFER, message)[1] == ()


@pytest.mark.parametrize(
    ("message", "stage", "amounts", "values"),
    [
        (follow_up("那他已经收了我2000怎么办", stage="paid"), "paid", ("2000",), []),
        (follow_up("他开口要3000元"), "approached", ("3000",), []),
        (follow_up("对方电话是13800001234"), "approached", (), ["+8613800001234"]),
        (follow_up("他微信是demo_lan_00"), "approached", (), ["demo_lan_00"]),
        (follow_up("合同我签了"), "engaged", (), []),
    ],
)
def test_a_stage_an_amount_or_a_contact_follows_the_first_signal(
    message: Any, stage: str, amounts: tuple[str, ...], values: list[str]
) -> None:
    [_], [second] = told(OFFER, message)
    assert second.follows
    assert (second.code, second.stage) == ("debt_optimization", stage)
    assert second.amounts == amounts
    assert [contact.value for contact in second.contacts] == values


def test_a_second_amount_of_the_same_threat_follows_the_signal_before_it() -> None:
    signals = [
        signal
        for turn in told(OFFER, follow_up("他要2000元"), follow_up("又要300元"))
        for signal in turn
    ]
    ids = [signal.follows for signal in signals]
    assert ids[0] is None
    assert len(set(ids)) == 3
    assert [signal.amounts for signal in signals] == [(), ("2000",), ("300",)]


@pytest.mark.parametrize("again", ["还是那2000块", "就是13800001234这个号"])
def test_an_amount_or_a_number_told_twice_counts_once(again: str) -> None:
    first = said("他让我交2000块，电话13800001234", "debt_optimization")
    assert told(first, follow_up(again))[1] == ()


def test_each_further_signal_names_an_event_of_its_own() -> None:
    talk = Conversation()
    ids = []
    for number in range(4):
        talk.say(OFFER if not number else follow_up(f"又要{number}00元"))
        ids.append(talk.state.running.event_id)  # type: ignore[union-attr]
    assert len(set(ids)) == 4
    follows = [signal.follows for turn in talk.turns for signal in turn.signals]
    assert follows == [None, *ids[:-1]]


def test_a_case_never_falls_back_to_an_earlier_stage() -> None:
    paid = said("我交了保证金2000元", "loan_scam", stage="paid")
    turns = told(paid, follow_up("他又打来要500元"), said("再交900元行吗", "loan_scam"))
    stages = [signal.stage for turn in turns for signal in turn]
    assert stages == ["paid", "paid", "paid"]


def test_a_second_threat_is_a_signal_of_its_own_and_the_first_is_not_forgotten() -> None:
    first, second, third = told(OFFER, CALLER, OFFER)
    assert [signal.code for signal in (*first, *second)] == ["debt_optimization", "fake_hotline"]
    assert second[0].follows is None
    assert third == ()


def test_what_is_told_next_belongs_to_the_threat_that_was_talked_of_last() -> None:
    turns = told(OFFER, DEPOSIT, OFFER, follow_up("他要4000元"))
    assert [signal.code for signal in turns[3]] == ["debt_optimization"]


def test_evidence_is_the_users_own_words() -> None:
    [[named]] = told(OFFER)
    assert named.evidence[0] in OFFER.text
    long = follow_up("他要2000元，" + "还说了很多别的" * 30)
    [[quoted]] = told(said(long.text, urgent="emergency"))
    assert long.text.startswith(quoted.evidence[0])
    assert len(quoted.evidence[0]) <= EVIDENCE_LIMIT


def test_the_agency_stays_with_the_case() -> None:
    first = said("宏帆无忧法务公司说能停息挂账", "debt_optimization")
    [one], [other] = told(first, follow_up("他要2000元"))
    assert one.agency
    assert other.agency == one.agency


def test_a_follow_up_is_as_sure_as_it_is_one() -> None:
    message = replace(follow_up("他要2000元"), follow_up=("what_now", 0.7), act=("chitchat", 0.1))
    assert told(OFFER, message)[1][0].confidence == pytest.approx(0.7)


def test_ordinary_talk_with_amounts_and_numbers_is_no_signal() -> None:
    message = said("我这个月要还2000元，电话13800001234收不到短信", act="repayment")
    assert told(message) == [()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("来电是0085200001234", [("phone", "+85200001234")]),
        ("电话13800001234，就是138 0000 1234", [("phone", "+8613800001234")]),
        ("他微信demo_lan_00", [("wechat", "demo_lan_00")]),
        ("加QQ300000556", [("qq", "300000556")]),
        ("让我点https://maisui-vip.example/a", [("url", "https://maisui-vip.example/a")]),
    ],
)
def test_contacts_of_the_other_side_are_kept(text: str, found: list[tuple[str, str]]) -> None:
    assert contacts(text) == found


@pytest.mark.parametrize(
    "text",
    [
        f"我打过{HOTLINE.number}",
        "我打了110，又打12378",
        f"我是从{CONTENT.domains[0]}进去的",
    ],
)
def test_our_own_and_public_contacts_are_no_suspects(text: str) -> None:
    assert contacts(text) == []


@pytest.mark.parametrize("prefix", ["00", "0086", "+86 ", "+"])
def test_our_number_behind_a_foreign_prefix_is_a_suspect(prefix: str) -> None:
    raw = prefix + HOTLINE.digits
    entity = Entity("phone", HOTLINE.digits, 0, len(raw), raw)
    assert [contact.raw for contact in suspicious_contacts([entity], CONTENT)] == [raw]


def test_contact_ids_of_unknown_kind_are_other() -> None:
    entity = Entity("contact_id", "demo00", 0, 6, "demo00")
    assert [contact.kind for contact in suspicious_contacts([entity], CONTENT)] == ["other"]


def test_signals_of_one_message_name_different_events() -> None:
    talk = Conversation()
    talk.say(said("先交服务费停息，再拿我的卡走账", "debt_optimization", "mule_account"))
    ids = [threat.event_id for threat in talk.state.threats]
    assert all(one != other for one, other in pairwise(ids))
    assert talk.state.running.code == "debt_optimization"  # type: ignore[union-attr]
