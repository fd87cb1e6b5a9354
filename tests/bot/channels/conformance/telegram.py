"""Telegram under test, by webhook."""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
from pydantic import SecretStr

from bot.channels.reach import Reach
from bot.channels.telegram.channel import SECRET_HEADER, webhook_secrets
from bot.services import Services
from tests.bot.channels.conformance.channel_under_test import (
    ChannelUnderTest,
    NotApplicable,
    Outcome,
)
from tests.bot.channels.telegram import updates
from tests.bot.channels.telegram.bot_api import TOKEN, BotApi, until
from tests.bot.channels.telegram.talking import WEBHOOK

_LONGEST = 4096  # characters that a person can send as one message


class TelegramUnderTest(ChannelUnderTest):
    """People in private chats and in a group, and Telegram in between."""

    name: ClassVar[str] = "telegram"
    reads: ClassVar[frozenset[str]] = frozenset({"contact"})
    not_applicable: ClassVar[Mapping[str, NotApplicable]] = {
        "merged chat record": NotApplicable(
            "Telegram forwards each message of a chat by itself",
            "an answer to each, as to a forwarded message",
        ),
    }

    def settings(self) -> Mapping[str, Any]:
        self._api = BotApi().start()
        self._people: defaultdict[str, int] = defaultdict(updates.person)
        self._group = updates.group()
        self._numbers = itertools.count(1000)
        return {"telegram_token": SecretStr(TOKEN), "telegram_base_url": self._api.base_url}

    def connect(self, services: Services, base_url: str) -> None:
        super().connect(services, base_url)
        self._secret = webhook_secrets(services.hasher, TOKEN)[0]
        self._client = httpx.Client(base_url=base_url, timeout=30, trust_env=False)
        until(lambda: self._client.get("/health").json()["telegram"] == "connected")

    def close(self) -> None:
        self._client.close()
        self._api.stop()

    def user(self, person: str) -> str:
        return str(self._people[person])

    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        # What does not fit comes as several messages, by the people's own app; the first has its beginning.
        return self._said(person, updates.text(text[:_LONGEST]), message_id)

    def edit(self, person: str, message_id: str, text: str) -> Outcome:
        message = self._message(person, updates.text(text), message_id)
        edited = {**message, "edit_date": int(time.time())}
        return self._deliver(person, updates.update(edited_message=edited))

    def attach(self, person: str, kind: str) -> Outcome:
        return self._said(person, updates.THINGS[kind])

    def forward(self, person: str, text: str) -> Outcome:
        return self._said(person, {**updates.text(text), **updates.forwarded()})

    def say_in_group(self, person: str, text: str) -> Outcome:
        update = updates.said(self._people[person], text, self._group)
        return self._deliver(person, update, self._group)

    def block(self, person: str) -> None:
        self._api.blocked.add(self._people[person])

    def is_noted_unreachable(self, person: str) -> bool:
        return Reach(self.services.ledger, self.services.hasher).is_lost(
            self.name, self.user(person)
        )

    def send_raw(self, body: bytes) -> Outcome:
        return self._post(body, self._secret)

    def forge(self, person: str, text: str) -> Outcome:
        update = updates.said(self._people[person], text)
        return self._post(json.dumps(update).encode(), "a guess")

    def _said(
        self, person: str, fields: Mapping[str, Any], message_id: str | None = None
    ) -> Outcome:
        message = self._message(person, fields, message_id)
        return self._deliver(person, updates.update(message=message))

    def _message(
        self, person: str, fields: Mapping[str, Any], message_id: str | None
    ) -> dict[str, Any]:
        number = next(self._numbers) if message_id is None else int(message_id)
        return {**updates.message(self._people[person], **fields), "message_id": number}

    def _deliver(self, person: str, update: dict[str, Any], chat: int | None = None) -> Outcome:
        chat = self._people[person] if chat is None else chat
        before = len(self._api.sent(chat))
        outcome = self._post(json.dumps(update).encode(), self._secret)
        said = tuple(str(call["text"]) for call in self._api.sent(chat)[before:])
        return Outcome(outcome.taken, said, outcome.refused)

    def _post(self, body: bytes, secret: str) -> Outcome:
        answer = self._client.post(WEBHOOK, content=body, headers={SECRET_HEADER: secret})
        return Outcome(answer.is_success, refused=answer.status_code in (400, 401))
