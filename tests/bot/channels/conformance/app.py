"""The channel of an institution's app under test."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import httpx

from bot.services import Services
from tests.bot.channels.app.backend import ISSUER, bearer, secret_jwk, write_keys
from tests.bot.channels.conformance.channel_under_test import (
    ChannelUnderTest,
    NotApplicable,
    Outcome,
)
from tests.bot.channels.conformance.in_app import NOT_IN_AN_APP, TINY_PICTURE, outcome_of


class AppUnderTest(ChannelUnderTest):
    """A user of an app, with a token of its backend."""

    name: ClassVar[str] = "app"
    not_applicable: ClassVar[Mapping[str, NotApplicable]] = NOT_IN_AN_APP

    def settings(self) -> Mapping[str, Any]:
        self._folder = tempfile.TemporaryDirectory()
        keys = write_keys(Path(self._folder.name) / "keys.json", secret_jwk())
        return {"jwt_keys": keys, "jwt_issuer": ISSUER}

    def connect(self, services: Services, base_url: str) -> None:
        super().connect(services, base_url)
        self._client = httpx.Client(
            base_url=f"{base_url}/webhooks/app", timeout=30, trust_env=False
        )

    def close(self) -> None:
        self._client.close()
        self._folder.cleanup()

    def user(self, person: str) -> str:
        return f"app-{person}"

    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        body = {"message_id": message_id or uuid.uuid4().hex, "text": text}
        headers = bearer(self.user(person))
        return outcome_of(self._client.post("/messages", json=body, headers=headers))

    def attach(self, person: str, kind: str) -> Outcome:
        assert kind == "photo"
        return outcome_of(
            self._client.post(
                "/pictures",
                data={"message_id": uuid.uuid4().hex},
                files={"picture": ("a.png", TINY_PICTURE, "image/png")},
                headers=bearer(self.user(person)),
            )
        )

    def send_raw(self, body: bytes) -> Outcome:
        headers = bearer(self.user("raw"))
        return outcome_of(self._client.post("/messages", content=body, headers=headers))

    def forge(self, person: str, text: str) -> Outcome:
        body = {"message_id": uuid.uuid4().hex, "text": text}
        headers = bearer(self.user(person), key=b"a secret that the backend never had")
        return outcome_of(self._client.post("/messages", json=body, headers=headers))
