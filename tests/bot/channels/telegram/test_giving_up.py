"""A message that the assistant fails on does not hold up its chat for ever."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from bot.channels.telegram.channel import TelegramChannel
from tests.bot.channels.serving import Serving
from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi, until
from tests.bot.channels.telegram.talking import TelegramService
from tests.conftest import make_services

HARMLESS = "harmless"


class FailingAgent:
    """An assistant that fails on all messages but one."""

    async def handle_message(self, message: UserMessage) -> None:
        if message.text != HARMLESS:
            raise RuntimeError("a mistake in the program")
        await message.output_channel.send_response(message.sender_id, {"text": "fine"})

    async def parse_message(self, text: str) -> dict[str, object]:
        return {"threats": []}


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[TelegramService]:
    api = BotApi().start()
    services = make_services(
        tmp_path, telegram_token=SecretStr(TOKEN), telegram_base_url=api.base_url
    )
    app = Sanic(f"failing-{uuid.uuid4().hex}", configure_logging=False)
    app.ctx.agent = FailingAgent()
    register([TelegramChannel(services)], app, route="/webhooks/")
    serving = Serving(app)
    until(lambda: api.of("getMe"))
    service = TelegramService(api, services, serving.base_url, polling=False)
    yield service
    service.client.close()
    serving.stop()
    services.close()
    api.stop()


def test_it_is_given_up_after_some_tries_and_the_user_was_told_once(
    failing: TelegramService,
) -> None:
    borrower = updates.person()
    update = updates.said(borrower, "你好")
    statuses = [failing.post(update).status_code for _ in range(8)]
    assert statuses == [503] * 7 + [200]
    assert failing.said(borrower) == [failing.reply("unavailable")]
    assert failing.say(borrower, HARMLESS) == ["fine"]
