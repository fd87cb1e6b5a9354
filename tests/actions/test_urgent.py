from __future__ import annotations

import re
from dataclasses import replace

import pytest

from actions.wording import fill, load_responses
from nlu.analysis import Analysis
from tests.actions.conversation import CONTENT, DESPAIR, OFFER, Conversation, names, said

RESPONSES = load_responses()


def text_of(name: str) -> str:
    """The wording of a reply as it is shown."""
    return fill(str(RESPONSES[name][0]["text"]), CONTENT.values())


def happening(words: str, stage: str = "engaged") -> Analysis:
    """Something that is going on at this moment."""
    return said(words, "fake_hotline", stage=stage, urgent="emergency")


@pytest.mark.parametrize(
    ("message", "reply"),
    [
        (happening("他正看着我共享屏幕"), "utter_emergency_screen"),
        (happening("我在念验证码给他"), "utter_emergency_code"),
        (happening("我正要付", "paid"), "utter_emergency_transfer"),
        (happening("还没挂电话，他催我"), "utter_emergency_call"),
        (happening("刚转过去了5000元", "paid"), "utter_emergency_moved"),
        (happening("我妈正跟骗子打电话，要转账"), "utter_emergency_relative"),
    ],
)
def test_the_first_reply_fits_what_is_happening(message: Analysis, reply: str) -> None:
    turn = Conversation().say(message)
    assert names(turn) == [reply]


@pytest.mark.parametrize(
    "name", sorted(name for name in RESPONSES if re.match("utter_emergency_(?!follow)", name))
)
def test_every_first_reply_begins_with_stop_and_calls_110_from_another_phone(name: str) -> None:
    text = text_of(name)
    assert text.startswith("先停")
    assert re.search(r"换一部手机打110|用您的手机打110", text)
    assert "结束共享" in text or "结束它" in text
    assert text.index("110") < text.index("银行")


def test_the_steps_of_an_emergency_are_not_told_twice() -> None:
    talk = Conversation()
    talk.say(happening("他正看着我共享屏幕"))
    assert names(talk.say(happening("还没退出会议"))) == ["utter_emergency_follow"]


def test_money_that_goes_after_all_changes_the_steps() -> None:
    talk = Conversation()
    talk.say(happening("他正看着我共享屏幕"))
    turn = talk.say(happening("刚转过去了5000元", "paid"))
    assert names(turn) == ["utter_emergency_moved"]
    assert [(signal.stage, signal.amounts) for signal in turn.signals] == [("paid", ("5000",))]


def test_a_short_question_right_after_stays_in_the_emergency() -> None:
    talk = Conversation()
    talk.say(happening("他正看着我共享屏幕"))
    turn = talk.say(said("然后呢", follow_up="what_now"))
    assert names(turn) == ["utter_emergency_follow"]


def test_an_emergency_passes() -> None:
    talk = Conversation()
    talk.say(happening("他正看着我共享屏幕"))
    for _ in range(3):
        talk.say(said("账单在哪里看", act="repayment"))
    turn = talk.say(said("那怎么办", follow_up="what_now"))
    assert names(turn)[0] == "utter_step_fake_hotline_engaged"


def test_a_minor_in_an_emergency_is_sent_to_an_adult_as_well() -> None:
    turn = Conversation(minor=True).say(happening("他正看着我共享屏幕"))
    assert names(turn) == ["utter_emergency_screen", "utter_minor_threat"]


@pytest.mark.parametrize(
    ("message", "minor", "reply"),
    [
        (DESPAIR, False, "utter_crisis"),
        (DESPAIR, True, "utter_crisis_minor"),
        (
            replace(DESPAIR, text="我才15岁", marks=frozenset({"minor"})),
            False,
            "utter_crisis_minor",
        ),
        (said("我老公说不想活了", act="crisis", urgent="crisis"), False, "utter_crisis_relative"),
    ],
)
def test_despair_is_answered_for_who_is_in_danger(
    message: Analysis, minor: bool, reply: str
) -> None:
    assert names(Conversation(minor=minor).say(message)) == [reply]


def test_despair_that_is_still_talked_of_is_not_answered_with_the_same_words() -> None:
    talk = Conversation()
    talk.say(DESPAIR)
    assert names(talk.say(said("没人管我", act=("chitchat", 0.3)))) == ["utter_crisis_again"]
    assert names(talk.say(DESPAIR)) == ["utter_crisis"]


def test_a_threat_from_before_is_not_brought_up_in_a_crisis() -> None:
    talk = Conversation()
    talk.say(OFFER)
    despair = said("我真的不想活了", act="crisis", follow_up="worry", urgent="crisis")
    turn = talk.say(despair)
    assert names(turn) == ["utter_crisis"]
    assert turn.signals == ()


@pytest.mark.parametrize(
    "name", ["utter_crisis", "utter_crisis_again", "utter_crisis_minor", "utter_crisis_relative"]
)
def test_every_answer_to_despair_names_help_and_a_person_nearby(name: str) -> None:
    text = text_of(name)
    assert "12356" in text
    assert "120" in text
    assert re.search("身边|陪|旁边", text)
    assert CONTENT.hotlines[0].number not in text


def test_who_says_that_a_crisis_has_passed_is_left_with_the_way_to_a_person() -> None:
    talk = Conversation()
    talk.say(DESPAIR)
    turn = talk.say(said("我没事了，刚才是气话", act="goodbye"))
    assert names(turn) == ["utter_crisis_better"]
    business = talk.say(said("怎么协商还款", act="hardship"))
    assert names(business) == ["utter_hardship"]


def test_a_goodbye_in_a_crisis_is_no_end_of_it() -> None:
    talk = Conversation()
    talk.say(DESPAIR)
    assert names(talk.say(said("再见", act="goodbye"))) == ["utter_crisis_again"]


def test_in_an_emergency_whom_to_call_is_no_question_of_the_hotline() -> None:
    talk = Conversation()
    talk.say(said("我正在给他共享屏幕", "fake_hotline", stage="engaged", urgent="emergency"))
    turn = talk.say(said("我该先打哪个电话", act="ask_hotline"))
    assert names(turn)[0].startswith("utter_emergency")


def test_a_sign_without_words_in_a_talk_about_a_threat_writes_no_signal() -> None:
    talk = Conversation()
    talk.say(OFFER)
    turn = talk.say(said("。", "fake_hotline", stage="engaged"))
    assert names(turn) == ["utter_emoji"]
    assert turn.signals == ()


def test_a_tip_off_about_another_contact_is_filed_in_the_middle_of_a_talk() -> None:
    talk = Conversation()
    talk.say(OFFER)
    turn = talk.say(
        said(
            "举报一个微信号abc00001，卖征信修复",
            "credit_repair",
            stage="reporting",
            follow_up="how_to_report",
        )
    )
    assert [signal.code for signal in turn.signals] == ["credit_repair"]
    assert turn.receipt == "credit_repair"
