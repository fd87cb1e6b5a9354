"""The REST channel under test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import httpx
from pydantic import SecretStr

from bot.services import Services
from tests.bot.channels.conformance.channel_under_test import (
    ChannelUnderTest,
    NotApplicable,
    Outcome,
)
from tests.bot.channels.conformance.in_app import TINY_PICTURE

_TOKEN = "token-of-the-conformance-suite"
_NO_FIELD = NotApplicable(
    "a message has words and pictures, and nothing else",
    "what the institution's own front end shows when it has nothing to send",
)
_ANSWERED = NotApplicable(
    "the answer is the response to the request; nothing is sent later",
    "nothing, as with any request that was broken off",
)


class RestUnderTest(ChannelUnderTest):
    """Somebody's server that asks and waits for the answer."""

    name: ClassVar[str] = "rest"
    not_applicable: ClassVar[Mapping[str, NotApplicable]] = {
        "edited message": NotApplicable(
            "what was asked stays asked; a changed text is a message of its own",
            "the answer to the new text",
        ),
        **dict.fromkeys(("voice", "sticker", "location", "file", "contact card"), _NO_FIELD),
        "forwarded message": NotApplicable(
            "forwarded words come as a text like all others", "the answer to those words"
        ),
        "merged chat record": NotApplicable(
            "forwarded words come as a text like all others", "the answer to those words"
        ),
        "group message": NotApplicable("a sender is one person", "no group"),
        "blocked bot": _ANSWERED,
    }

    def settings(self) -> Mapping[str, Any]:
        return {"api_token": SecretStr(_TOKEN)}

    def connect(self, services: Services, base_url: str) -> None:
        super().connect(services, base_url)
        self._client = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {_TOKEN}"},
            timeout=30,
            trust_env=False,
        )

    def close(self) -> None:
        self._client.close()

    def user(self, person: str) -> str:
        return f"rest-{person}"

    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        body = {"sender": self.user(person), "message": text}
        return self._post(json=body if message_id is None else {**body, "message_id": message_id})

    def attach(self, person: str, kind: str) -> Outcome:
        assert kind == "photo"
        return self._post(
            "pictures",
            data={"sender": self.user(person)},
            files={"picture": ("a.png", TINY_PICTURE, "image/png")},
        )

    def send_raw(self, body: bytes) -> Outcome:
        return self._post(content=body)

    def forge(self, person: str, text: str) -> Outcome:
        body = {"sender": self.user(person), "message": text}
        return self._post(json=body, headers={"Authorization": "Bearer another"})

    def _post(self, path: str = "webhook", **request: Any) -> Outcome:
        answer = self._client.post(f"/webhooks/rest/{path}", **request)
        if answer.status_code in (400, 401):
            return Outcome(taken=False, refused=True)
        said = tuple(bubble["text"] for bubble in answer.json())
        return Outcome(answer.is_success, said)
