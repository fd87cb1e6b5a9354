"""Talks to a running service as Telegram does."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.app import create_app
from bot.channels.reach import Reach
from bot.channels.telegram.channel import SECRET_HEADER, webhook_secrets
from bot.services import Services
from tests.bot.channels.serving import Serving
from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import PATIENCE, TOKEN, Answer, BotApi, until
from tests.conftest import make_services

WEBHOOK = "/webhooks/telegram"


class TelegramService:
    """A running service, the Bot API beside it, and the people who write."""

    def __init__(self, api: BotApi, services: Services, base_url: str, *, polling: bool) -> None:
        self.api = api
        self.services = services
        self.polling = polling
        self.secret = webhook_secrets(services.hasher, TOKEN)[0]
        self.client = httpx.Client(base_url=base_url, timeout=PATIENCE, trust_env=False)

    def send(self, update: dict[str, Any]) -> None:
        """Brings an update to the service, which has to be done with it."""
        if self.polling:
            self.api.push(update)
            until(lambda: self.api.offset > update["update_id"])
        else:
            assert self.post(update).status_code == 200

    def post(self, update: object, secret: str | None = None) -> httpx.Response:
        """Posts an update as Telegram does, and tells what the service said to that."""
        headers = {SECRET_HEADER: self.secret if secret is None else secret}
        return self.client.post(WEBHOOK, json=update, headers=headers)

    def say(self, author: int, words: str, **fields: Any) -> list[str]:
        """Somebody says something in private; returns what is answered."""
        return self.answers(updates.said(author, words, **fields), author)

    def answers(self, update: dict[str, Any], chat: int) -> list[str]:
        """What is said in a chat in answer to an update."""
        before = len(self.said(chat))
        self.send(update)
        return self.said(chat)[before:]

    def said(self, chat: int) -> list[str]:
        """All that the bot has said in a chat."""
        return [str(call["text"]) for call in self.api.sent(chat)]

    def signals(self, author: int) -> list[dict[str, Any]]:
        """The signals that somebody's messages wrote."""
        user = self.services.hasher.user("telegram", str(author)).current
        events = (stored.event for stored in self.services.ledger.events())
        return [event for event in events if event["data"]["user"] == user]

    def is_lost(self, author: int) -> bool:
        """Whether it is noted that the user cannot be reached."""
        return Reach(self.services.ledger, self.services.hasher).is_lost("telegram", str(author))

    def reply(self, name: str) -> str:
        """The text of a reply."""
        return self.services.plain(f"utter_{name}")


@contextmanager
def telegram_service(
    home: Path,
    model: Path,
    *,
    polling: bool,
    state: str = "connected",
    failures: int = 0,
    **settings: Any,
) -> Iterator[TelegramService]:
    """The whole service in this process, with its Telegram, as soon as its connection is in this state.

    Telegram fails that many times to say who the bot is.
    """
    api = BotApi().start()
    api.fail("getMe", *[Answer(502)] * failures)
    given = {"telegram_token": SecretStr(TOKEN), "telegram_base_url": api.base_url, **settings}
    services = make_services(home, **given)
    app = create_app(services, model, f"jingzhong-{uuid.uuid4().hex}", telegram_polling=polling)
    serving = Serving(app)
    try:
        service = TelegramService(api, services, serving.base_url, polling=polling)
        until(lambda: service.client.get("/health").json()["telegram"] == state)
        yield service
        service.client.close()
    finally:
        serving.stop()
        api.stop()
