"""What people do in a private chat, by webhook and by polling, on the real service and the library's client."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.talking import TelegramService

OFFER = "有家公司说能帮我停息挂账，要先收两千定金，加微信abc12345"


def test_an_offer_is_answered_and_written_down_once(telegram: TelegramService) -> None:
    borrower = updates.person()
    answers = telegram.say(borrower, OFFER)
    assert "停息挂账" in "".join(answers)
    (signal,) = telegram.signals(borrower)
    assert signal["data"]["code"] == "debt_optimization"
    assert signal["data"]["channel"] == "telegram"
    assert str(borrower) not in str(signal)


def test_the_same_update_again_is_answered_once(telegram: TelegramService) -> None:
    borrower = updates.person()
    update = updates.said(borrower, OFFER)
    assert telegram.answers(update, borrower)
    again = {**update, "update_id": update["update_id"] + 1}
    assert telegram.answers(again, borrower) == []
    assert len(telegram.signals(borrower)) == 1


def test_messages_of_one_chat_are_answered_in_their_order(telegram: TelegramService) -> None:
    borrower, other = updates.person(), updates.person()
    words = ["我想提前还款", "谢谢", "再见"]
    for somebody in (borrower, other):
        telegram.say(somebody, "你好")  # the privacy notice comes with the first answer alone
    expected = [answer for said in words for answer in telegram.say(other, said)]
    before = len(telegram.said(borrower))
    telegram.api.slowness = 0.2  # so that each would overtake the one before
    try:
        with ThreadPoolExecutor(len(words)) as pool:
            for said in words:
                pool.submit(telegram.send, updates.said(borrower, said))
                time.sleep(0.05)
    finally:
        telegram.api.slowness = 0.0
    assert telegram.said(borrower)[before:] == expected


def test_start_tells_first_that_words_go_abroad(telegram: TelegramService) -> None:
    borrower = updates.person()
    answers = telegram.say(borrower, "/start ref-42")
    assert answers[0] == telegram.reply("telegram_notice")
    assert telegram.reply("greet") in answers
    assert all("42" not in answer for answer in answers)


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("/help", "bot_challenge"),
        ("/report", "how_to_report"),
        ("/stop", "stop_push"),
        ("/human", "handoff_off"),
        ("/HELP", "bot_challenge"),
    ],
)
def test_commands_get_the_answer_to_what_they_stand_for(
    telegram: TelegramService, command: str, reply: str
) -> None:
    borrower = updates.person()
    assert telegram.reply(reply) in telegram.say(borrower, command)


async def test_stop_is_remembered(by_webhook: TelegramService) -> None:
    borrower = updates.person()
    by_webhook.say(borrower, "/stop")
    user = by_webhook.services.hasher.user("telegram", str(borrower))
    assert (await by_webhook.services.ledger.users.get(user)).opted_out


def test_what_follows_report_is_read_too(telegram: TelegramService) -> None:
    borrower = updates.person()
    telegram.say(borrower, f"/report {OFFER}")
    assert [signal["data"]["code"] for signal in telegram.signals(borrower)] == [
        "debt_optimization"
    ]


def test_an_unknown_command_is_words(telegram: TelegramService) -> None:
    assert telegram.say(updates.person(), "/loan_scam 是什么")


def test_an_edit_that_only_looks_different_is_not_answered_again(
    telegram: TelegramService,
) -> None:
    borrower = updates.person()
    original = updates.said(borrower, "13000000001是你们的电话吗")
    assert telegram.answers(original, borrower)
    assert (
        telegram.answers(updates.edited(original, "13000000001 是你们的电话吗？？"), borrower) == []
    )


def test_an_edit_that_says_something_else_is_answered(telegram: TelegramService) -> None:
    borrower = updates.person()
    original = updates.said(borrower, "你好")
    telegram.send(original)
    assert telegram.answers(updates.edited(original, OFFER), borrower)
    assert len(telegram.signals(borrower)) == 1


def test_buttons_are_shown_and_a_pressed_one_counts_once(telegram: TelegramService) -> None:
    borrower = updates.person()
    telegram.say(borrower, OFFER)
    shown = [call for call in telegram.api.sent(borrower) if "reply_markup" in call]
    row = shown[-1]["reply_markup"]["inline_keyboard"][0][0]
    under = shown[-1]["message_id"]
    released = len(telegram.api.of("answerCallbackQuery"))
    first = updates.pressed(borrower, row["callback_data"], under)
    second = updates.pressed(borrower, row["callback_data"], under)
    assert telegram.answers(first, borrower)
    assert telegram.answers(second, borrower) == []
    assert len(telegram.api.of("answerCallbackQuery")) == released + 2


@pytest.mark.parametrize(
    ("thing", "reply"),
    [
        ("photo", "photo"),
        ("voice", "voice"),
        ("sticker", "sticker"),
        ("location", "location"),
        ("file", "file"),
        ("video", "other_attachment"),
        ("dice", "other_attachment"),
        ("game of tomorrow", "other_attachment"),
    ],
)
def test_what_cannot_be_read_gets_an_honest_answer(
    telegram: TelegramService, thing: str, reply: str
) -> None:
    borrower = updates.person()
    update = updates.update(message=updates.message(borrower, **updates.THINGS[thing]))
    assert telegram.reply(reply) in telegram.answers(update, borrower)


def test_the_words_under_a_picture_are_read(telegram: TelegramService) -> None:
    borrower = updates.person()
    fields = {**updates.THINGS["photo"], "caption": OFFER}
    assert telegram.answers(updates.update(message=updates.message(borrower, **fields)), borrower)
    assert len(telegram.signals(borrower)) == 1


def test_an_album_is_answered_once(telegram: TelegramService) -> None:
    borrower = updates.person()
    for _ in range(3):
        fields = {**updates.THINGS["photo"], "media_group_id": f"album{borrower}"}
        telegram.send(updates.update(message=updates.message(borrower, **fields)))
    assert telegram.said(borrower).count(telegram.reply("photo")) == 1


def test_the_number_on_a_card_is_read_unless_it_is_the_users_own(
    telegram: TelegramService,
) -> None:
    borrower = updates.person()
    card = updates.THINGS["contact"]
    asked = telegram.answers(updates.update(message=updates.message(borrower, **card)), borrower)
    assert telegram.reply("contact_card") not in asked
    assert telegram.say(updates.person(), card["contact"]["phone_number"])[0] == asked[0]
    own = {"contact": {**card["contact"], "user_id": borrower}}
    answers = telegram.answers(updates.update(message=updates.message(borrower, **own)), borrower)
    assert telegram.reply("contact_card") in answers


def test_forwarded_words_are_read_like_typed_ones(telegram: TelegramService) -> None:
    borrower = updates.person()
    assert telegram.say(borrower, OFFER, **updates.forwarded())
    assert len(telegram.signals(borrower)) == 1


def test_the_address_behind_a_link_is_read(telegram: TelegramService) -> None:
    borrower = updates.person()
    words = "客服说要我点这里下载贷款App，先交验资款才放款"
    link = {"type": "text_link", "offset": 6, "length": 2, "url": "https://daikuan.example/app"}
    telegram.say(borrower, words, entities=[link])
    contacts = [
        contact for signal in telegram.signals(borrower) for contact in signal["data"]["contacts"]
    ]
    assert ("url", "daikuan.example/app") in [
        (contact["kind"], contact["value"].removeprefix("https://")) for contact in contacts
    ]


def test_nothing_that_is_sent_asks_who_the_user_is(telegram: TelegramService) -> None:
    for words in ("/start", "/human", OFFER):
        telegram.say(updates.person(), words)
    for _, call in telegram.api.calls:
        assert "request_contact" not in str(call)
        assert "request_location" not in str(call)


def test_no_preview_of_an_address_is_shown(telegram: TelegramService) -> None:
    borrower = updates.person()
    telegram.say(borrower, "你好")
    assert telegram.api.sent(borrower)[0]["link_preview_options"] == {"is_disabled": True}
