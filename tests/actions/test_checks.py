from __future__ import annotations

from datetime import date, timedelta

import pytest

from actions.checks import is_suspicious, number_checks, written_date
from tests.actions.conversation import CONTENT, Conversation, names, said

HOTLINE = CONTENT.hotlines[0]


@pytest.mark.parametrize(
    ("number", "verdict"),
    [
        (HOTLINE.number, "official"),
        (f"00{HOTLINE.digits}", "official_prefixed"),
        (f"+86{HOTLINE.digits}", "official_prefixed"),
        ("400-012-346", "near"),
        ("0085200001234", "overseas"),
        ("+8613800001234", "plus86"),
        ("13800001234", "mobile"),
        ("17000001234", "virtual"),
        ("4000000123", "400"),
        ("95300", "service"),
        ("95100001", "callcenter"),
        ("010-00001234", "landline"),
        ("12378", "authority"),
    ],
)
def test_a_number_that_is_asked_about_gets_the_reply_of_its_kind(number: str, verdict: str) -> None:
    turn = Conversation().say(said(f"{number}这个号码是谁的", act="verify_number"))
    assert names(turn)[0] == f"utter_number_{verdict}"
    assert bool(turn.signals) == (verdict not in ("official", "authority"))


def test_a_foreign_number_is_never_repeated_in_full() -> None:
    turn = Conversation().say(said("0085200001234是你们的吗", act="verify_number"))
    assert "0085200001234" not in turn.replies[0].values["number"]
    assert turn.replies[0].values["number"].startswith("0085")


def test_of_several_numbers_the_suspicious_one_is_answered() -> None:
    message = said(f"{HOTLINE.number}和0085200001234哪个是你们的", act="verify_number")
    turn = Conversation().say(message)
    assert names(turn)[0] == "utter_number_overseas"
    assert [contact.value for contact in turn.signals[0].contacts] == ["+85200001234"]


def test_numbers_are_checked_in_the_order_of_the_text() -> None:
    checks = number_checks(said(f"先是{HOTLINE.number}，后来13800001234打来"), CONTENT)
    assert [check.verdict for check in checks] == ["official", "mobile"]
    assert [is_suspicious(check) for check in checks] == [False, True]


def test_a_question_without_a_number_asks_for_it_as_the_phone_shows_it() -> None:
    turn = Conversation().say(said("刚才打给我的是你们吗", act="verify_number"))
    assert names(turn) == ["utter_number_ask"]
    assert turn.signals == ()


def test_the_number_that_we_asked_for_is_checked() -> None:
    talk = Conversation()
    talk.say(said("刚才打给我的是你们吗", act="verify_number"))
    turn = talk.say(said("0085200001234", act=("chitchat", 0.1)))
    assert names(turn)[0] == "utter_number_overseas"
    assert [signal.code for signal in turn.signals] == ["fake_hotline"]


def test_a_threat_told_with_the_question_gets_its_step_as_well() -> None:
    message = said(
        "0085200001234是你们吗，让我交保证金", "loan_scam", act="verify_number", stage="considering"
    )
    turn = Conversation().say(message)
    assert names(turn)[:2] == ["utter_number_overseas", "utter_step_loan_scam_considering"]
    assert [signal.code for signal in turn.signals] == ["loan_scam"]


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("青禾数据是你们合作的公司吗", "utter_partner_listed"),
        ("宏帆无忧法务公司是你们合作的吗", "utter_partner_unlisted"),
        ("麦穗金融公司是你们吗", "utter_company_ours"),
        ("有家公司是你们合作的吗", "utter_partner_ask"),
    ],
)
def test_a_company_is_looked_up_in_the_published_list(words: str, reply: str) -> None:
    assert names(Conversation().say(said(words, act="verify_company"))) == [reply]


def test_a_list_that_is_too_old_answers_for_nobody() -> None:
    later = CONTENT.partners_published_on + timedelta(days=CONTENT.partners_max_age_days + 1)
    talk = Conversation(today=later.isoformat())
    turn = talk.say(said("青禾数据是你们合作的公司吗", act="verify_company"))
    assert names(turn) == ["utter_partner_stale"]


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("“麦穗金融”这个App是你们的吗", "utter_app_official"),
        ("“麦穗金融极速版”这个App是你们的吗", "utter_app_unknown"),
        ("https://maisui-vip.example/a是你们的网站吗", "utter_link_unknown"),
        ("https://www.maisui.example/a是你们的网站吗", "utter_app_official"),
        ("这个App是你们的吗", "utter_app_ask"),
    ],
)
def test_an_app_or_a_site_is_looked_up(words: str, reply: str) -> None:
    assert names(Conversation().say(said(words, act="verify_app")))[0] == reply


def test_the_name_of_the_app_that_we_asked_for_is_looked_up() -> None:
    talk = Conversation()
    talk.say(said("这个App是你们的吗", act="verify_app"))
    turn = talk.say(said("麦穗金融极速版", act=("app_issue", 0.3)))
    assert names(turn) == ["utter_app_unknown"]
    assert turn.replies[0].values["app"] == "麦穗金融极速版"


def test_staff_cannot_be_confirmed_here_and_the_hotline_can_do_it() -> None:
    turn = Conversation().say(said("工号0012的小李是你们员工吗", act="verify_person"))
    assert names(turn) == ["utter_person"]


@pytest.mark.parametrize(
    ("words", "reply"),
    [
        ("收到短信说账户异常，是你们发的吗", "utter_message_check"),
        ("收到法院的诉前调解短信，是真的吗", "utter_court_message"),
    ],
)
def test_a_court_message_is_checked_with_the_court(words: str, reply: str) -> None:
    assert names(Conversation().say(said(words, act="verify_message"))) == [reply]


def test_replies_write_dates_in_chinese() -> None:
    assert written_date(date(2025, 10, 1)) == "2025年10月1日"
