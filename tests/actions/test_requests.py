from __future__ import annotations

import pytest

from actions.facts import Notice
from actions.plan import Contact, Dispute, UserChange
from actions.signal_ids import event_id
from tests.actions.conversation import CONTENT, DESPAIR, OFFER, Conversation, names, said

MENTION = event_id("test:user", "m1", "debt_optimization")


def sentence(name: str) -> str:
    """The first sentence of content/phrases.yml with that meaning."""
    return CONTENT.phrases.sentences[name][0]


@pytest.mark.parametrize(
    "written", ["删除我的记录", "删除我的记录！", " 刪除我的記錄 ", "删除 我的 记录。"]
)
def test_who_writes_the_sentence_for_it_is_erased_at_once(written: str) -> None:
    turn = Conversation().say(said(written, act="greet"))
    assert names(turn) == ["utter_erase_data"]
    assert turn.user == UserChange(erase=True)
    assert not turn.transcribed


def test_erasure_in_words_that_leave_a_doubt_is_asked_about_before_it_is_done() -> None:
    talk = Conversation()
    first = talk.say(said("拉黑删除一条龙", act=("erase_data", 0.76)))
    assert names(first) == ["utter_erase_confirm"]
    assert not first.user.erase
    assert talk.say(sentence("erase_confirmed")).user.erase


def test_a_confirmation_that_nobody_asked_for_erases_nothing() -> None:
    talk = Conversation()
    assert names(talk.say(sentence("erase_confirmed"))) == ["utter_erase_confirm"]
    talk.say(said("我想问下还款日", act="due_date"))
    assert not talk.say(sentence("erase_confirmed")).user.erase


def test_the_privacy_notice_comes_with_the_answer_to_a_request_too() -> None:
    turn = Conversation(informed=False).say(said("怎么把我的资料清掉", act=("erase_data", 0.7)))
    assert names(turn) == ["utter_erase_confirm", "utter_privacy_notice"]
    assert turn.user.informed


def test_who_says_it_is_no_fraud_disputes_what_was_warned_of_last() -> None:
    talk = Conversation()
    talk.say(OFFER)
    turn = talk.say(sentence("disputed"))
    assert names(turn) == ["utter_dispute_thanks"]
    assert turn.dispute == Dispute((MENTION,))
    assert turn.signals == ()


@pytest.mark.parametrize(
    ("answer", "reply", "notify"),
    [("tell_verdict", "utter_dispute_noted", True), ("no_verdict", "utter_dispute_closed", False)],
)
def test_the_user_says_whether_to_be_told_of_the_verdict(
    answer: str, reply: str, notify: bool
) -> None:
    talk = Conversation()
    talk.say(OFFER)
    talk.say(sentence("disputed"))
    turn = talk.say(sentence(answer))
    assert names(turn) == [reply]
    assert turn.dispute == Dispute((MENTION,), notify)


def test_where_nothing_was_warned_of_there_is_nothing_to_dispute() -> None:
    turn = Conversation().say(said(sentence("disputed"), act="greet"))
    assert turn.dispute is None


def test_the_talk_becomes_evidence_only_by_the_sentence_for_it_and_that_can_be_withdrawn() -> None:
    talk = Conversation()
    assert talk.say(OFFER).evidence is None
    assert talk.say(sentence("evidence_agreed")).evidence is True
    assert talk.say(sentence("evidence_withdrawn")).evidence is False


def test_a_minor_cannot_make_the_talk_evidence() -> None:
    talk = Conversation(minor=True)
    talk.say(OFFER)
    assert talk.say(sentence("evidence_agreed")).evidence is None


def test_who_paid_is_offered_to_have_the_talk_kept_as_evidence() -> None:
    turn = Conversation().say(said("停息挂账的钱我已经交了", "debt_optimization", stage="paid"))
    assert turn.replies[-1].buttons == "utter_offer_evidence"


def test_words_are_kept_from_the_first_threat_on_and_no_sooner() -> None:
    talk = Conversation()
    assert not talk.say(said("你好", act="greet")).transcribed
    assert talk.say(OFFER).transcribed
    assert talk.say(said("那我再想想", follow_up="worry")).transcribed


def test_in_an_emergency_a_sentence_asks_for_nothing() -> None:
    turn = Conversation().say(said(sentence("erase"), act="crisis", urgent="crisis"))
    assert not turn.user.erase


class Told:
    """Reports of one contact and one name."""

    def reporters(self, contact: Contact, teller: str = "") -> int:
        return {"abc00001": 7, "恒信法务": 123456}.get(contact.value, 0)


def test_a_warning_tells_how_many_others_reported_the_same_contact() -> None:
    talk = Conversation(reports=Told())
    turn = talk.say(said("加他微信abc00001就能停息挂账", "debt_optimization", stage="approached"))
    assert names(turn)[:2] == ["utter_what_debt_optimization", "utter_reported_by_others"]
    assert turn.replies[1].values == {"reporters": "7"}


def test_a_count_never_looks_like_a_number_that_can_be_rung() -> None:
    message = said("恒信法务说能停息挂账", "debt_optimization", stage="approached")
    assert [item.value for item in message.values("agency")] == ["恒信法务"]
    turn = Conversation(reports=Told()).say(message)
    assert turn.replies[1].values == {"reporters": "9999"}


@pytest.mark.parametrize("text", ["加他微信abc00002就能停息挂账", "有人说能停息挂账"])
def test_nothing_is_said_of_others_where_none_reported(text: str) -> None:
    turn = Conversation(reports=Told()).say(said(text, "debt_optimization", stage="approached"))
    assert "utter_reported_by_others" not in names(turn)


def test_a_notice_is_told_with_the_next_reply() -> None:
    turn = Conversation().say(
        said("你好", act="greet"), notices=(Notice("utter_verdict_corrected", (3, 4)),)
    )
    assert names(turn) == ["utter_greet", "utter_verdict_corrected"]
    assert turn.notices == (3, 4)


def test_a_notice_waits_until_a_crisis_has_passed() -> None:
    turn = Conversation().say(DESPAIR, notices=(Notice("utter_verdict_corrected", (3,)),))
    assert "utter_verdict_corrected" not in names(turn)
    assert turn.notices == ()


def test_who_says_only_that_they_were_cheated_is_told_what_to_do_and_asked_how_far_it_went() -> (
    None
):
    turn = Conversation().say(said("我被骗了", act="greet"))
    assert names(turn) == ["utter_cheated"]
    assert turn.signals == ()


def test_who_says_it_in_a_talk_about_a_threat_is_understood_by_that_talk() -> None:
    talk = Conversation()
    talk.say(OFFER)
    assert "utter_cheated" not in names(talk.say(said("我被骗了", act="already_paid")))


def test_a_no_to_nothing_is_taken_as_a_goodbye() -> None:
    assert names(Conversation().say(sentence("no_verdict"))) == ["utter_goodbye"]


def test_the_number_of_a_choice_that_nobody_gave_is_asked_about() -> None:
    assert names(Conversation().say(said("1", act="goodbye"))) == ["utter_clarify"]
