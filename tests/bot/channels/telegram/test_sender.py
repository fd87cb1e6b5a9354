"""Words to a Telegram user without a message before them, through PTB's client and a server that speaks the Bot API."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr
from telegram import Update

from bot.channels.reach import Reach
from bot.channels.telegram.connection import telegram_bot
from bot.channels.telegram.reading import Me, UpdateReader
from bot.channels.telegram.sender import TelegramSender
from bot.hashing import Hasher
from bot.ledger.events import event_source
from bot.ledger.ledger import Ledger
from bot.outbound.message import OutboundMessage
from bot.settings import Settings
from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import TOKEN, Answer, BotApi

WARNING = OutboundMessage(
    "w1",
    (
        {
            "text": "您昨天问的那家公司，后来联系过您吗？",
            "buttons": [{"title": "没有", "payload": "没有再联系"}],
        },
    ),
)
LONG = OutboundMessage("w2", ({"text": "第一段。"}, {"text": "第二段。"}))
WAIT = Answer(429, "Too Many Requests: retry after 7", {"retry_after": 7})


@dataclass
class Desk:
    """A sender, the server that it speaks to, and the notes of who cannot be reached."""

    api: BotApi
    sender: TelegramSender
    reach: Reach


@pytest.fixture
def api() -> Iterator[BotApi]:
    running = BotApi().start()
    yield running
    running.stop()


@pytest.fixture
async def desk(api: BotApi, tmp_path: Path) -> AsyncIterator[Desk]:
    hasher = Hasher([b"a key of the tests alone"])
    ledger = Ledger.open(tmp_path, hasher=hasher, source=event_source("demo"))
    bot = telegram_bot(Settings(telegram_token=SecretStr(TOKEN), telegram_base_url=api.base_url))
    await bot.initialize()
    reach = Reach(ledger, hasher)
    yield Desk(api, TelegramSender(bot, reach), reach)
    await bot.shutdown()
    ledger.close()


async def test_a_message_arrives_with_its_buttons_under_it(desk: Desk) -> None:
    assert (await desk.sender.send("77", WARNING)).fate == "sent"
    (sent,) = desk.api.sent(77)
    assert sent["text"] == WARNING.bubbles[0]["text"]
    assert sent["reply_markup"]["inline_keyboard"] == [
        [{"text": "没有", "callback_data": "没有再联系"}]
    ]
    assert sent["link_preview_options"] == {"is_disabled": True}


async def test_who_blocked_the_bot_is_noted_and_not_tried_until_they_come_back(desk: Desk) -> None:
    desk.api.blocked.add(77)
    assert (await desk.sender.send("77", WARNING)).fate == "blocked"
    assert desk.reach.is_lost("telegram", "77")
    tried = len(desk.api.of("sendMessage"))
    desk.api.blocked.clear()
    assert (await desk.sender.send("77", WARNING)).fate == "blocked"
    assert len(desk.api.of("sendMessage")) == tried
    await desk.reach.regained("telegram", "77")
    assert (await desk.sender.send("77", WARNING)).fate == "sent"


@pytest.mark.parametrize(
    ("answer", "fate", "wait"),
    [
        (WAIT, "failed", 7),
        (Answer(401, "Unauthorized"), "failed", None),
        (Answer(400, "Bad Request: chat not found"), "refused", None),
        (Answer(502, "Bad Gateway"), "unknown", None),
        (Answer(200, raw="<html>not JSON"), "unknown", None),
    ],
)
async def test_what_telegram_says_becomes_a_fate_and_no_word_of_the_message(
    desk: Desk, answer: Answer, fate: str, wait: float | None
) -> None:
    desk.api.fail("sendMessage", answer)
    delivery = await desk.sender.send("77", WARNING)
    assert (delivery.fate, delivery.retry_after) == (fate, wait)
    assert len(desk.api.of("sendMessage")) == 1
    assert "公司" not in delivery.detail
    assert "77" not in delivery.detail


async def test_a_server_that_is_not_there_took_nothing(tmp_path: Path, desk: Desk) -> None:
    bot = telegram_bot(
        Settings(telegram_token=SecretStr(TOKEN), telegram_base_url="http://127.0.0.1:1")
    )
    nowhere = TelegramSender(bot, desk.reach)
    await bot._request[1].initialize()
    assert (await nowhere.send("77", WARNING)).fate == "failed"
    await bot._request[1].shutdown()


async def test_an_answer_that_does_not_come_in_time_tells_nothing(desk: Desk, api: BotApi) -> None:
    api.slowness = 1.0
    hasty = telegram_bot(
        Settings(telegram_token=SecretStr(TOKEN), telegram_base_url=api.base_url),
        answer_seconds=0.2,
    )
    await hasty._request[1].initialize()
    delivery = await TelegramSender(hasty, desk.reach).send("77", WARNING)
    assert delivery.fate == "unknown"
    await hasty._request[1].shutdown()


async def test_the_second_half_of_a_message_is_tried_again_and_the_first_is_not(
    desk: Desk,
) -> None:
    sending = desk.api._on_send_message
    refused = []

    async def second_only_later(params: dict[str, object]) -> object:
        if params["text"] == "第二段。" and not refused:
            refused.append(1)
            return Answer(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        return await sending(params)

    desk.api._on_send_message = second_only_later  # type: ignore[method-assign]
    assert (await desk.sender.send("77", LONG)).fate == "sent"
    assert [call["text"] for call in desk.api.sent(77)] == ["第一段。", "第二段。"]
    assert refused


@pytest.mark.parametrize("address", ["", "-100123", "@somebody", "7 7", "７７"])
async def test_only_a_private_chat_is_written_to(desk: Desk, address: str) -> None:
    assert (await desk.sender.send(address, WARNING)).fate == "refused"
    assert desk.api.of("sendMessage") == []


def test_an_address_is_told_in_private_chats_alone() -> None:
    reader = UpdateReader({}, Hasher([b"k"]), reads_pictures=False)
    private = reader.read(Update.de_json(updates.said(77, "你好")), Me(1, "bot"))
    group = updates.said(77, "你好", chat={"id": -5, "type": "supergroup", "title": "群"})
    heard = reader.read(Update.de_json(group), Me(1, "bot"))
    assert private is not None
    assert private.message.address == "77"
    assert heard is None or heard.message.address is None
