from __future__ import annotations

from dataclasses import replace

import pytest

from actions.catalogue import ATTACHMENTS
from actions.facts import ReceiptFact
from actions.plan import UserChange
from actions.signal_ids import event_id
from nlu.analysis import THREAT_CODES
from tests.actions.conversation import (
    CALLER,
    CONTENT,
    DEPOSIT,
    DESPAIR,
    OFFER,
    Conversation,
    names,
    said,
)

RECEIPT = ReceiptFact("JZ-CFHJ-KMPQ", "正在核实", "2026年11月2日")


@pytest.mark.parametrize("code", THREAT_CODES)
def test_a_warning_says_what_it_is_what_to_do_and_the_free_way(code: str) -> None:
    turn = Conversation().say(said("有人跟我说能办这个", code, stage="approached"))
    assert names(turn)[:3] == [
        f"utter_what_{code}",
        f"utter_step_{code}_approached",
        f"utter_way_{code}",
    ]
    assert [signal.code for signal in turn.signals] == [code]


@pytest.mark.parametrize(
    "intent", ["repayment", "hardship", "complaint", "collection_complaint", "greet", "account"]
)
def test_ordinary_talk_gets_one_reply_and_writes_no_signal(intent: str) -> None:
    turn = Conversation().say(said("我这个月工资晚到，想晚几天还", act=intent))
    assert names(turn) == [f"utter_{intent}"]
    assert turn.signals == ()


def test_the_privacy_notice_comes_with_the_first_reply_and_only_once() -> None:
    talk = Conversation(informed=False)
    first, second = talk.say(OFFER), talk.say(said("你好", act="greet"))
    assert names(first)[-1] == "utter_privacy_notice"
    assert first.user.informed is True
    assert "utter_privacy_notice" not in names(second)
    assert second.user.informed is None


def test_a_person_in_crisis_is_not_given_small_print_questions_or_offers() -> None:
    message = replace(CALLER, urgent="crisis", text="被骗得我不想活了")
    turn = Conversation(informed=False).say(message)
    assert names(turn) == ["utter_crisis", "utter_crisis_threat"]
    assert all(reply.buttons is None for reply in turn.replies)
    assert turn.user == UserChange(crisis=True)


def test_a_crisis_hides_no_signal() -> None:
    turn = Conversation().say(replace(OFFER, urgent="crisis"))
    assert [(signal.code, signal.urgency) for signal in turn.signals] == [
        ("debt_optimization", "crisis")
    ]


def test_a_threat_told_in_a_running_crisis_gets_one_gentle_sentence_and_its_signal() -> None:
    talk = Conversation()
    talk.say(DESPAIR)
    turn = talk.say(OFFER)
    assert names(turn) == ["utter_crisis_again", "utter_crisis_threat"]
    assert [signal.code for signal in turn.signals] == ["debt_optimization"]


def test_the_full_warning_comes_when_the_crisis_has_passed() -> None:
    talk = Conversation()
    talk.say(DESPAIR)
    for _ in range(4):
        talk.say(OFFER)
    assert "utter_what_fake_hotline" in names(talk.say(CALLER))


def test_an_emergency_stops_first_and_is_a_signal() -> None:
    message = said("正在共享屏幕，他让我转账", "fake_hotline", stage="engaged", urgent="emergency")
    turn = Conversation().say(message)
    assert names(turn)[0].startswith("utter_emergency_")
    assert [(signal.code, signal.urgency) for signal in turn.signals] == [
        ("fake_hotline", "emergency")
    ]


def test_a_number_with_00_before_the_official_one_is_not_ours_and_is_a_signal() -> None:
    official = CONTENT.hotlines[0].digits
    turn = Conversation().say(said(f"00{official}是你们的电话吗", act="verify_number"))
    assert names(turn)[0] == "utter_number_official_prefixed"
    assert [signal.code for signal in turn.signals] == ["fake_hotline"]
    assert [contact.kind for contact in turn.signals[0].contacts] == ["phone"]


def test_the_official_number_is_ours_and_no_signal() -> None:
    message = said(f"{CONTENT.hotlines[0].number}是你们的电话吗", act="verify_number")
    turn = Conversation().say(message)
    assert names(turn) == ["utter_number_official"]
    assert turn.signals == ()


def test_a_question_for_a_partner_company_is_answered_from_the_list_and_is_no_signal() -> None:
    turn = Conversation().say(said("青禾数据是你们合作的公司吗", act="verify_company"))
    assert names(turn) == ["utter_partner_listed"]
    assert turn.signals == ()


@pytest.mark.parametrize(
    ("name", "reply"),
    [("青禾数据", "utter_partner_listed"), ("宏帆无忧法务", "utter_partner_unlisted")],
)
def test_the_name_that_we_asked_for_is_looked_up(name: str, reply: str) -> None:
    talk = Conversation()
    asked = talk.say(said("帮我核实一家公司", act="verify_company"))
    assert names(asked) == ["utter_partner_ask"]
    turn = talk.say(said(name, act=("erase_data", 0.42)))
    assert names(turn) == [reply]
    assert turn.user.erase is False


def test_after_a_denial_no_warning_comes() -> None:
    talk = Conversation()
    asked = talk.say(CALLER)
    assert names(asked)[-1] == "utter_ask_given"
    turn = talk.say(said("什么都没给", follow_up="deny"))
    assert names(turn) == ["utter_nothing_given"]
    assert turn.signals == ()


def test_a_yes_to_whether_something_was_given_is_engagement_that_risk_control_hears_of() -> None:
    talk = Conversation()
    talk.say(CALLER)
    turn = talk.say(said("已经给了验证码", follow_up="already_gave"))
    assert names(turn)[0] == "utter_step_engaged_code"
    assert [(signal.stage, bool(signal.follows)) for signal in turn.signals] == [("engaged", True)]


def test_the_card_for_the_family_is_offered_once_and_given_on_request() -> None:
    talk = Conversation()
    first, second = talk.say(OFFER), talk.say(DEPOSIT)
    assert first.replies[-1].buttons == "utter_offer_card"
    assert all(reply.buttons is None for reply in second.replies)
    assert names(talk.say("发给家人的提醒卡")) == ["utter_card_loan_scam"]


def test_words_like_those_of_a_card_request_hide_no_emergency() -> None:
    talk = Conversation()
    talk.say(OFFER)
    message = said("他叫我把验证码转发给他", "fake_hotline", stage="engaged", urgent="emergency")
    turn = talk.say(message)
    assert names(turn) == ["utter_emergency_code"]
    assert turn.signals[0].urgency == "emergency"


def test_words_like_those_of_a_card_request_hide_no_threat() -> None:
    talk = Conversation()
    talk.say(OFFER)
    turn = talk.say(said("客服让我把短信转发给他", "fake_hotline", stage="approached"))
    assert "utter_step_fake_hotline_approached" in names(turn)
    assert [signal.code for signal in turn.signals] == ["fake_hotline"]


def test_a_receipt_is_looked_up() -> None:
    assert names(Conversation().say("JZ-CFHJ-KMPQ", receipt=RECEIPT)) == ["utter_receipt_found"]
    unknown = Conversation().say("JZ-CFHJ-KMPQ", receipt=ReceiptFact("JZ-CFHJ-KMPQ"))
    assert names(unknown) == ["utter_receipt_unknown"]


def test_a_receipt_hides_neither_a_crisis_nor_a_signal() -> None:
    talk = Conversation()
    despair = said("JZ-CFHJ-KMPQ还没结果，我不想活了", act="crisis", urgent="crisis")
    assert names(talk.say(despair, receipt=RECEIPT)) == ["utter_crisis"]
    told = said("JZ-CFHJ-KMPQ查了吗，又有人要我交保证金", "loan_scam")
    turn = Conversation().say(told, receipt=RECEIPT)
    assert names(turn) == ["utter_receipt_found"]
    assert [signal.code for signal in turn.signals] == ["loan_scam"]


def test_a_tip_off_gets_thanks_a_receipt_and_a_file_under_it() -> None:
    message = said("群里有人在收银行卡，我举报", "mule_account", stage="reporting")
    turn = Conversation().say(message)
    assert names(turn) == [
        "utter_step_mule_account_reporting",
        "utter_way_mule_account",
        "utter_receipt_new",
    ]
    assert turn.receipt == "mule_account"
    assert turn.replies[-1].values["event"] == event_id("test:user", "m1", "mule_account")


def test_a_message_that_cannot_be_read_gets_one_question_and_then_careful_advice() -> None:
    talk = Conversation()
    vague = said("那个事", act=("product_other", 0.05))
    assert names(talk.say(vague)) == ["utter_clarify"]
    assert names(talk.say(vague)) == ["utter_general_caution", "utter_suggest_general"]


@pytest.mark.parametrize("text", ["", "   ", "\n\u3000"])
def test_an_empty_message_is_asked_back(text: str) -> None:
    assert names(Conversation().say(text)) == ["utter_empty"]


@pytest.mark.parametrize("text", ["😭😭", "？？？", "。", "\u200b👍"])
def test_signs_without_a_word_are_asked_back(text: str) -> None:
    assert names(Conversation().say(text)) == ["utter_emoji"]


@pytest.mark.parametrize(
    "text", ["００８５２００００１２３４", "①③⑧００００１２３４", "٠٠٨٥٢٠٠٠٠١٢٣٤"]
)
def test_a_number_in_other_digits_is_no_emoji(text: str) -> None:
    turn = Conversation().say(said(text, act="verify_number"))
    assert names(turn)[0].startswith("utter_number_")


# As channels name them (bot.inbound) and as the catalogue does.
@pytest.mark.parametrize("kind", [*ATTACHMENTS, "contact", "other", "video_note"])
def test_every_attachment_without_words_gets_a_reply_of_its_own(kind: str) -> None:
    name = names(Conversation().say("", attachments=(kind,)))[0]
    expected = {"contact": "contact_card", "other": "other_attachment"}.get(kind, kind)
    assert name == f"utter_{expected if expected in ATTACHMENTS else 'other_attachment'}"


def test_words_beside_an_attachment_are_what_is_answered() -> None:
    assert names(Conversation().say(DEPOSIT, attachments=("photo",)))[0] == "utter_what_loan_scam"


def test_who_wrote_too_much_is_told_that_only_the_beginning_was_read() -> None:
    turn = Conversation().say(DEPOSIT, truncated=True)
    assert names(turn)[-1] == "utter_too_long"
    assert turn.signals


@pytest.mark.parametrize(
    ("intent", "change"),
    [
        ("withdraw_consent", UserChange(consent=False)),
        ("stop_push", UserChange(opted_out=True)),
        ("erase_data", UserChange(erase=True)),
        ("repayment", UserChange()),
    ],
)
def test_what_a_user_decides_about_their_data_is_recorded(intent: str, change: UserChange) -> None:
    assert Conversation().say(said("照这个办", act=intent)).user == change


@pytest.mark.parametrize("intent", ["withdraw_consent", "stop_push", "erase_data"])
def test_nothing_is_recorded_on_a_guess(intent: str) -> None:
    turn = Conversation().say(said("嗯那个", act=(intent, 0.15)))
    assert names(turn) == ["utter_clarify"]
    assert turn.user == UserChange()


def test_english_is_answered_in_english() -> None:
    turn = Conversation(informed=False).say(
        said("someone says he can cut my debt for a fee", "debt_optimization")
    )
    assert names(turn) == ["utter_en_debt_optimization", "utter_en_privacy_notice"]


def test_which_number_to_call_is_answered_in_english_with_the_official_one() -> None:
    talk = Conversation()
    talk.say(said("someone says he can cut my debt for a fee", "debt_optimization"))
    turn = talk.say(said("so which number is right", act="ask_hotline", follow_up="which_true"))
    assert names(turn) == ["utter_en_hotline"]


def test_deciding_twice_gives_the_same_turn() -> None:
    one, other = Conversation(), Conversation()
    for message in (CALLER, said("给了验证码", follow_up="already_gave"), DEPOSIT):
        assert one.say(message) == other.say(message)


def test_the_same_words_are_a_signal_when_decided_and_a_question_when_in_doubt() -> None:
    words = "有人跟我讲能办"
    sure = Conversation().say(said(words, "loan_scam"))
    unsure = Conversation().say(said(words, act=("complaint", 0.3), leaning=("loan_scam", 0.45)))
    assert (bool(sure.signals), bool(unsure.signals)) == (True, False)
    assert names(unsure) == ["utter_clarify"]
