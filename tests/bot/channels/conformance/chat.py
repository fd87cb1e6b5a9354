"""The demo page's channel under test."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from typing import ClassVar

import httpx

from bot.services import Services
from tests.bot.channels.conformance.channel_under_test import (
    ChannelUnderTest,
    NotApplicable,
    Outcome,
)
from tests.bot.channels.conformance.in_app import NOT_IN_AN_APP, TINY_PICTURE, outcome_of


class ChatUnderTest(ChannelUnderTest):
    """A visitor of the page, known by a random session."""

    name: ClassVar[str] = "chat"
    not_applicable: ClassVar[Mapping[str, NotApplicable]] = NOT_IN_AN_APP

    def connect(self, services: Services, base_url: str) -> None:
        super().connect(services, base_url)
        self._client = httpx.Client(
            base_url=f"{base_url}/webhooks/chat",
            headers={"Origin": base_url},
            timeout=30,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def user(self, person: str) -> str:
        return hashlib.sha256(person.encode()).hexdigest()[:32]

    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        return outcome_of(self._client.post("/messages", json=self._body(person, text, message_id)))

    def attach(self, person: str, kind: str) -> Outcome:
        assert kind == "photo"
        fields = {"session": self.user(person), "message_id": uuid.uuid4().hex}
        files = {"picture": ("a.png", TINY_PICTURE, "image/png")}
        return outcome_of(self._client.post("/pictures", data=fields, files=files))

    def send_raw(self, body: bytes) -> Outcome:
        return outcome_of(self._client.post("/messages", content=body))

    def forge(self, person: str, text: str) -> Outcome:
        headers = {"Origin": "https://elsewhere.example"}
        body = self._body(person, text)
        return outcome_of(self._client.post("/messages", json=body, headers=headers))

    def _body(self, person: str, text: str, message_id: str | None = None) -> dict[str, str]:
        message_id = message_id or uuid.uuid4().hex
        return {"session": self.user(person), "message_id": message_id, "text": text}
