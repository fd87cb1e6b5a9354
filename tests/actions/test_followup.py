"""The offer to ask again, and what is an answer to the question."""

from __future__ import annotations

from typing import Any

import pytest

from actions.facts import FollowupFact
from actions.followup import OFFER
from actions.plan import Followup, Turn, UserChange, followup_of
from nlu.analysis import Analysis
from tests.actions.conversation import Conversation, said

ASKED = FollowupFact("q1", "s1", "loan_scam")
YES, NO = "好，到时问我", "不用了"


def considering(stage: str = "considering") -> Analysis:
    return said("有人说交两千保证金就放款，我想试试", "loan_scam", stage=stage)


def talk(**facts: Any) -> Conversation:
    return Conversation(**{"reachable": True, **facts})


def names(turn: Turn) -> list[str]:
    return [reply.name for reply in turn.replies]


@pytest.mark.parametrize("stage", ["considering", "engaged", "paid"])
def test_who_is_close_to_a_fraud_is_offered_to_be_asked_again_once(stage: str) -> None:
    conversation = talk()
    first = conversation.say(considering(stage))
    assert names(first)[-1] == OFFER
    assert first.user == UserChange(), "an offer is no consent"
    again = conversation.say(said("我又交了三千", follow_up="already_paid"))
    assert OFFER not in names(again)


@pytest.mark.parametrize(
    "analysis",
    [
        considering("asking"),
        considering("approached"),
        said("我这个月还不上怎么办", act="hardship"),
        said("我正在转账", "loan_scam", stage="engaged", urgent="emergency"),
        said("我不想活了", "loan_scam", stage="paid", urgent="crisis"),
        said("我才十五岁，有人说交钱就放款", "loan_scam", stage="considering", marks=("minor",)),
    ],
)
def test_nobody_else_is_offered_it(analysis: Analysis) -> None:
    assert OFFER not in names(talk().say(analysis))


@pytest.mark.parametrize("facts", [{"reachable": False}, {"crisis": True}, {"minor": True}])
def test_it_is_not_offered_to_who_cannot_or_must_not_be_written_to(facts: dict[str, Any]) -> None:
    assert OFFER not in names(talk(**facts).say(considering()))


@pytest.mark.parametrize("yes", [said(YES), said("好的", act="affirm")])
def test_agreeing_is_a_consent_and_plans_the_question_about_this_threat(yes: Analysis) -> None:
    conversation = talk()
    (signal,) = conversation.say(considering()).signals
    turn = conversation.say(yes)
    assert names(turn) == ["utter_followup_agreed"]
    assert turn.user == UserChange(consent=True, opted_out=False)
    assert turn.followup is not None
    assert (turn.followup.code, turn.followup.answer) == (signal.code, None)
    assert followup_of(turn.as_json()) == turn.followup


@pytest.mark.parametrize("no", [said(NO), said("不要", act="deny")])
def test_declining_changes_nothing(no: Analysis) -> None:
    conversation = talk()
    conversation.say(considering())
    turn = conversation.say(no)
    assert names(turn) == ["utter_followup_declined"]
    assert (turn.user, turn.followup) == (UserChange(), None)


def test_the_button_still_works_after_something_else_was_said() -> None:
    conversation = talk()
    conversation.say(considering())
    conversation.say(said("谢谢", act="thanks"))
    assert names(conversation.say(said("好的", act="affirm"))) != ["utter_followup_agreed"]
    assert names(conversation.say(said(YES))) == ["utter_followup_agreed"]


def test_a_bare_yes_is_no_consent_where_nobody_asked() -> None:
    turn = talk().say(said("好的", act="affirm"))
    assert turn.user.consent is None
    assert talk().say(said(YES)).followup is None


@pytest.mark.parametrize(
    ("analysis", "answer"),
    [
        (said("没再理他们"), "stopped"),
        (said("还在联系"), "went_on"),
        (said("说不准"), "unknown"),
        (said("他又打来了，我没理", act="same_again"), "stopped"),
        (said("没有", act="deny"), "stopped"),
        (said("嗯", act="affirm"), "went_on"),
        (said("不知道", act="dont_know"), "unknown"),
        (said("我考虑好了，不办了"), "stopped"),
        (said("还在考虑"), "unknown"),
    ],
)
def test_an_answer_by_button_or_in_free_words(analysis: Analysis, answer: str) -> None:
    turn = talk(followup=ASKED).say(analysis)
    assert turn.followup == Followup("s1", "loan_scam", "q1", answer)
    assert names(turn)[0] == f"utter_followup_{answer}"
    assert turn.signals == ()


def test_who_went_on_is_warned_again() -> None:
    assert names(talk(followup=ASKED).say("还在联系")) == [
        "utter_followup_went_on",
        "utter_insist_loan_scam",
    ]


@pytest.mark.parametrize("analysis", [said("已经转了", follow_up="already_paid", stage="paid")])
def test_a_deed_is_an_answer_and_a_signal_that_follows_the_one_asked_about(
    analysis: Analysis,
) -> None:
    turn = talk(followup=ASKED).say(analysis)
    assert turn.followup == Followup("s1", "loan_scam", "q1", "went_on")
    assert [(each.code, each.stage, each.follows) for each in turn.signals] == [
        ("loan_scam", "paid", "s1")
    ]
    assert "utter_step_loan_scam_paid" in names(turn)


def test_the_same_threat_told_anew_is_an_answer_and_warned_of_as_ever() -> None:
    turn = talk(followup=ASKED).say(considering("paid"))
    assert turn.followup is not None
    assert turn.followup.answer == "went_on"
    assert [each.stage for each in turn.signals] == ["paid"]


@pytest.mark.parametrize(
    "analysis",
    [
        said("你好", act="greet"),
        said("我想还款怎么还", act="repayment"),
        said("有人说能洗白征信", "credit_repair", stage="approached"),
        said("我不想活了", urgent="crisis", act="deny"),
        said("钱还没转，我想先问问", act="chitchat"),
        said("我没办法还了，能不能帮帮我", act="hardship"),
    ],
)
def test_what_is_no_answer_is_taken_as_ever(analysis: Analysis) -> None:
    turn = talk(followup=ASKED).say(analysis)
    assert turn.followup is None
    assert not any(name.startswith("utter_followup") for name in names(turn))


def test_in_an_emergency_the_help_comes_first_and_the_answer_still_counts() -> None:
    turn = talk(followup=ASKED).say(said("我正在给他转", urgent="emergency"))
    assert names(turn)[0].startswith("utter_emergency")
    assert turn.followup is not None
    assert turn.followup.answer == "went_on"


def test_a_bare_yes_answers_only_right_after_the_question() -> None:
    conversation = talk(followup=ASKED)
    conversation.say(said("我想还款怎么还", act="repayment"))
    assert conversation.say(said("好的", act="affirm")).followup is None
    assert conversation.say(said("没再理他们")).followup is not None


def test_without_a_question_nothing_is_an_answer() -> None:
    assert talk().say(said("没再理他们")).followup is None


@pytest.mark.parametrize("word", ["好", "可以", "行", "要", "没问题", "1"])
def test_a_bare_yes_is_a_yes_however_it_is_understood_elsewhere(word: str) -> None:
    conversation = talk()
    conversation.say(considering())
    assert names(conversation.say(said(word, act="greet"))) == ["utter_followup_agreed"]


@pytest.mark.parametrize("word", ["不想", "算了", "2"])
def test_a_bare_no_is_a_no_and_never_despair(word: str) -> None:
    conversation = talk()
    conversation.say(considering())
    turn = conversation.say(said(word, act="crisis", urgent="crisis"))
    assert names(turn) == ["utter_followup_declined"]
    assert turn.user == UserChange()
