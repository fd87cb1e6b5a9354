from __future__ import annotations

import re
from dataclasses import replace

import pytest

from actions.resolve import FRESH_TURNS
from actions.wording import fill, load_responses
from nlu.analysis import GIVEN, STAGES, THREAT_CODES
from tests.actions.conversation import CALLER, CONTENT, DEPOSIT, OFFER, Conversation, names, said

RESPONSES = load_responses()


def text_of(name: str, **values: str) -> str:
    """The wording of a reply as it is shown."""
    return fill(str(RESPONSES[name][0]["text"]), {**CONTENT.values(), **values})


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("code", THREAT_CODES)
def test_what_to_do_fits_threat_and_stage(code: str, stage: str) -> None:
    turn = Conversation().say(said("有人跟我说能办这个", code, stage=stage))
    assert f"utter_step_{code}_{stage}" in names(turn)
    assert f"utter_way_{code}" in names(turn)


@pytest.mark.parametrize("code", THREAT_CODES)
def test_whoever_has_paid_hears_of_paid_recovery_every_time(code: str) -> None:
    talk = Conversation()
    paid = said("我给他转了2000元", code, stage="paid")
    for message in (paid, paid, said("我真转了2000元", follow_up="already_paid", stage="paid")):
        replies = names(talk.say(message))
        assert any("追回" in text_of(name) for name in replies)


def test_a_warning_quotes_the_users_words_without_numbers() -> None:
    message = said("13800001234说能停息挂账", "debt_optimization")
    reply = Conversation().say(message).replies[0]
    assert "停息挂账" in reply.values["quote"]
    assert not re.search(r"\d{5}", reply.values["quote"])


def test_the_same_warning_a_moment_later_is_short() -> None:
    talk = Conversation()
    first, second = talk.say(OFFER), talk.say(OFFER)
    assert len(first.replies) == 3
    assert names(second) == ["utter_again_debt_optimization"]


def test_after_a_long_while_the_warning_is_told_in_full_again() -> None:
    talk = Conversation()
    talk.say(OFFER)
    for _ in range(FRESH_TURNS):
        talk.say(said("账单在哪里看", act="repayment"))
    assert "utter_what_debt_optimization" in names(talk.say(OFFER))


def test_a_further_stage_of_a_known_threat_gets_its_own_step() -> None:
    talk = Conversation()
    talk.say(DEPOSIT)
    turn = talk.say(said("保证金我交了2000元", "loan_scam", stage="paid"))
    assert names(turn)[:2] == ["utter_step_loan_scam_paid", "utter_way_loan_scam"]


@pytest.mark.parametrize(
    ("words", "given"),
    [
        ("我共享了屏幕", "screen"),
        ("验证码念给他了", "code"),
        ("银行卡租给他了", "card"),
        ("身份证拍给他了", "id"),
        ("合同签了", "signed"),
        ("下载了他们的app", "app"),
    ],
)
def test_what_was_given_decides_the_first_step(words: str, given: str) -> None:
    assert given in GIVEN
    turn = Conversation().say(said(words, "fake_hotline", stage="engaged"))
    assert f"utter_step_engaged_{given}" in names(turn)


def test_the_most_dangerous_thing_given_comes_first() -> None:
    turn = Conversation().say(
        said("合同签了，验证码也念给他了", "debt_optimization", stage="engaged")
    )
    assert names(turn)[1] == "utter_step_engaged_code"


def test_paid_recovery_is_the_next_trap() -> None:
    message = said("有人说帮我把被骗的钱追回来，先收手续费", "agent_complaint")
    assert "utter_recovery_warning" in names(Conversation().say(message))


def test_a_named_company_is_not_called_a_scam() -> None:
    message = said("宏帆无忧法务公司是你们授权的吗，说能停息", "debt_optimization")
    talk = Conversation()
    turn = talk.say(replace(message, act=("hardship", 0.1)))
    texts = "".join(text_of(reply.name, **reply.values) for reply in turn.replies)
    assert "宏帆无忧法务" in texts
    assert not re.search(r"宏帆无忧法务[^，。]*(?:是骗|骗子|违法|非法)", texts)


def test_a_worried_child_hears_how_to_help_the_parents() -> None:
    message = said("我妈被一个自称客服的人缠上了", "fake_hotline", stage="approached")
    assert "utter_elder_relative" in names(Conversation().say(message))


def test_money_that_came_in_is_not_to_be_spent() -> None:
    message = said("他把钱打到我卡里了，让我转走", "mule_account", stage="engaged")
    assert "utter_deposit_received" in names(Conversation().say(message))


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("他让我设呼叫转移", "utter_call_forwarding"),
        ("他让我把电话卡寄过去", "utter_stop_posting_card"),
    ],
)
def test_particular_demands_are_answered_first(words: str, reply: str) -> None:
    turn = Conversation().say(said(words, "anti_collection", stage="considering"))
    assert reply in names(turn)


@pytest.mark.parametrize(
    ("act", "reply"),
    [
        ("insist", "utter_insist_loan_scam"),
        ("which_true", "utter_which_true_loan_scam"),
        ("they_know_me", "utter_knows_me"),
        ("they_showed_proof", "utter_proof"),
        ("how_to_report", "utter_how_to_report"),
        ("tell_them", "utter_tell_them"),
        ("same_again", "utter_same_again"),
        ("not_scam", "utter_not_scam"),
        ("stopped", "utter_stopped"),
        ("get_money_back", "utter_get_money_back"),
        ("worry", "utter_worry"),
        ("dont_know", "utter_dont_know"),
        ("direct_request", "utter_direct_request"),
        ("deny", "utter_nothing_given"),
    ],
)
def test_every_follow_up_has_its_own_answer(act: str, reply: str) -> None:
    talk = Conversation()
    talk.say(DEPOSIT)
    assert names(talk.say(said("那这个呢", follow_up=act))) == [reply]


def test_what_now_is_answered_for_the_stage_that_the_case_has_reached() -> None:
    talk = Conversation()
    talk.say(said("保证金我交了2000元", "loan_scam", stage="paid"))
    turn = talk.say(said("那怎么办", follow_up="what_now"))
    assert names(turn) == ["utter_step_loan_scam_paid", "utter_way_loan_scam"]


def test_no_more_was_given_does_not_undo_what_was_given() -> None:
    talk = Conversation()
    talk.say(said("合同签了", "debt_optimization", stage="engaged"))
    turn = talk.say(said("别的没有了", follow_up="deny"))
    assert names(turn)[0] == "utter_step_debt_optimization_engaged"


def test_which_number_to_call_is_answered_with_the_official_one() -> None:
    talk = Conversation()
    talk.say(CALLER)
    turn = talk.say(said("那我该打哪个电话", follow_up="more"))
    assert names(turn) == ["utter_number_which"]
    assert CONTENT.hotline in text_of("utter_number_which")


def test_distress_over_collection_gets_the_complaint_way_before_any_warning() -> None:
    talk = Conversation()
    talk.say(said("群里教怎么反催收，要交学费", "anti_collection", stage="approached"))
    message = said("催收天天打我妈电话，我受不了了", "anti_collection", act="collection_complaint")
    assert names(talk.say(message)) == ["utter_collection_distress"]
