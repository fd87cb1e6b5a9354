"""In groups the bot speaks when it is spoken to, and otherwise of plain frauds alone, seldom."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import BOT_ID, USERNAME, until
from tests.bot.channels.telegram.talking import TelegramService, telegram_service

OFFER = "专业停息挂账，协商分期，先付2000定金，加微信abc12345"
QUESTION = "13000000001是你们的电话吗"


def test_talk_among_people_is_neither_answered_nor_stored(telegram: TelegramService) -> None:
    place, member = updates.group(), updates.person()
    for words in ("大家好", QUESTION, "这个月还款日是几号", "我不想还了"):
        assert telegram.answers(updates.said(member, words, place), place) == []
    conversation = telegram.services.hasher.conversation(f"telegram:{place}/{member}").current
    stored = telegram.services.ledger.reader.rows(
        "SELECT 1 FROM conversations WHERE conversation = ?", (conversation,)
    )
    assert not stored


@pytest.mark.parametrize(
    "fields",
    [
        updates.text(f"@{USERNAME} {QUESTION}"),
        updates.text(f"{QUESTION} @{USERNAME}"),
        {
            "text": f"警钟 {QUESTION}",
            "entities": [{"type": "text_mention", "offset": 0, "length": 2, "user": updates.ME}],
        },
        updates.text(f"/help@{USERNAME}"),
        updates.text("/help"),
        {
            **updates.THINGS["photo"],
            "caption": f"@{USERNAME} 这个是真的吗",
            "caption_entities": [{"type": "mention", "offset": 0, "length": len(USERNAME) + 1}],
        },
    ],
    ids=["mention", "mention at the end", "named", "command to it", "command", "under a picture"],
)
def test_who_speaks_to_the_bot_is_answered(
    telegram: TelegramService, fields: dict[str, object]
) -> None:
    place, member = updates.group(), updates.person()
    message = updates.message(member, place, **fields)
    assert telegram.answers(updates.update(message=message), place)
    assert telegram.api.sent(place)[0]["reply_parameters"]["message_id"] == message["message_id"]


def test_a_reply_to_the_bot_is_answered(telegram: TelegramService) -> None:
    place, member = updates.group(), updates.person()
    ours = {**updates.message(BOT_ID, place, text="…"), "from": updates.ME}
    assert telegram.answers(updates.said(member, QUESTION, place, reply_to_message=ours), place)


def test_asked_under_a_message_the_bot_reads_that_message(telegram: TelegramService) -> None:
    place, seller, member = updates.group(), updates.person(), updates.person()
    advert = updates.message(seller, place, **updates.text(OFFER))
    asking = updates.said(member, f"@{USERNAME} 是真的吗", place, reply_to_message=advert)
    assert "停息挂账" in "".join(telegram.answers(asking, place))
    assert len(telegram.signals(member)) == 1
    assert telegram.signals(seller) == []


def test_a_command_for_another_bot_is_not_answered(telegram: TelegramService) -> None:
    place, member = updates.group(), updates.person()
    assert telegram.answers(updates.said(member, "/help@another_bot", place), place) == []
    assert telegram.answers(updates.said(member, "/weather", place), place) == []


def test_a_plain_fraud_is_warned_of_once_an_hour(telegram: TelegramService) -> None:
    place, other, seller = updates.group(), updates.group(), updates.person()
    assert telegram.answers(updates.said(seller, OFFER, place), place)
    assert telegram.answers(updates.said(seller, f"{OFFER}，名额有限", place), place) == []
    assert telegram.answers(updates.said(seller, OFFER, other), other)


def test_two_members_of_a_group_have_conversations_of_their_own(
    telegram: TelegramService,
) -> None:
    place, seller, member = updates.group(), updates.person(), updates.person()
    telegram.send(updates.said(seller, OFFER, place))
    words = f"@{USERNAME} 那他已经收了我2000怎么办"
    telegram.send(updates.said(member, words, place))
    assert all(signal["data"].get("follows") is None for signal in telegram.signals(member))


def test_other_bots_and_notes_of_the_group_are_passed_over(telegram: TelegramService) -> None:
    place, member = updates.group(), updates.person()
    robot = updates.user(member, is_bot=True)
    loud = {**updates.message(member, place, **updates.text(f"@{USERNAME} 你好")), "from": robot}
    came = updates.message(member, place, new_chat_members=[updates.user(member)])
    assert telegram.answers(updates.update(message=loud), place) == []
    assert telegram.answers(updates.update(message=came), place) == []


def test_before_the_bot_knows_its_name_groups_wait_and_people_do_not(
    model: Path, tmp_path: Path
) -> None:
    place, member = updates.group(), updates.person()
    asking = updates.said(member, f"@{USERNAME} {QUESTION}", place)
    with telegram_service(
        tmp_path, model, polling=False, state="connecting", failures=2, picture_processes=0
    ) as telegram:
        assert telegram.post(asking).status_code == 503
        assert telegram.say(member, "你好")
        until(lambda: telegram.client.get("/health").json()["telegram"] == "connected")
        assert telegram.answers(asking, place)
