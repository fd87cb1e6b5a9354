"""WeCom's customer service under test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import httpx
from pydantic import SecretStr

from bot.channels.reach import Reach
from bot.services import Services
from tests.bot.channels.conformance.channel_under_test import (
    ChannelUnderTest,
    NotApplicable,
    Outcome,
)
from tests.bot.channels.wechat.posts import AES_KEY, TOKEN, Post, Poster
from tests.bot.channels.wechat.talking import until
from tests.bot.channels.wechat.tencent import SECRET
from tests.bot.channels.wecom.customer_service import (
    CORP_ID,
    WEBHOOK,
    CustomerService,
    announcement,
)

_THINGS: Mapping[str, tuple[str, dict[str, str]]] = {
    "photo": ("image", {"media_id": "gone"}),
    "voice": ("voice", {"media_id": "1"}),
    "location": ("location", {"name": "某处"}),
    "file": ("file", {"media_id": "1", "filename": "合同.pdf"}),
    "contact": ("business_card", {"userid": "1"}),
}


class WecomUnderTest(ChannelUnderTest):
    """People who write to the customer service, and WeCom in between."""

    name: ClassVar[str] = "wecom"
    not_applicable: ClassVar[Mapping[str, NotApplicable]] = {
        "edited message": NotApplicable(
            "WeChat lets nobody change a message; one that is withdrawn has been answered by then",
            "the answer to what they wrote first",
        ),
        "sticker": NotApplicable(
            "WeCom passes stickers on as a picture or as a kind that is not known",
            "the reply to a picture, or to something that cannot be read",
        ),
        "group message": NotApplicable(
            "a session of the customer service has one customer", "no group with it"
        ),
    }

    def settings(self) -> Mapping[str, Any]:
        self._theirs = CustomerService()
        return {
            "wecom_corp_id": CORP_ID,
            "wecom_token": SecretStr(TOKEN),
            "wecom_aes_key": SecretStr(AES_KEY),
            "wecom_secret": SecretStr(SECRET),
            "wecom_base_url": self._theirs.base_url,
        }

    def connect(self, services: Services, base_url: str) -> None:
        super().connect(services, base_url)
        self._poster = Poster(app_id=CORP_ID)
        self._blocked: set[str] = set()
        self._client = httpx.Client(base_url=base_url, timeout=30, trust_env=False)

    def close(self) -> None:
        self._client.close()
        self._theirs.stop()

    def user(self, person: str) -> str:
        return f"wm{hashlib.sha256(person.encode()).hexdigest()[:26]}"

    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        fields = {} if message_id is None else {"msgid": f"{self.user(person)}-{message_id}"}
        return self._bring(person, "text", text={"content": text}, **fields)

    def attach(self, person: str, kind: str) -> Outcome:
        what, content = _THINGS[kind]
        return self._bring(person, what, **{what: content})

    def forward(self, person: str, text: str) -> Outcome:
        return self._bring(person, "text", text={"content": text})

    def forward_record(self, person: str, texts: Sequence[str]) -> Outcome:
        items = [
            {"msgtype": "text", "msg_content": json.dumps({"text": {"content": text}})}
            for text in texts
        ]
        return self._bring(person, "merged_msg", merged_msg={"title": "聊天记录", "item": items})

    def block(self, person: str) -> None:
        self._blocked.add(person)

    def is_noted_unreachable(self, person: str) -> bool:
        return Reach(self.services.ledger, self.services.hasher).is_lost(
            self.name, self.user(person)
        )

    def send_raw(self, body: bytes) -> Outcome:
        return self._post(Post(self._poster.post("<xml/>").query, body))

    def forge(self, person: str, text: str) -> Outcome:
        return self._post(Poster(token="a guess", app_id=CORP_ID).post(announcement("")))

    def _bring(self, person: str, kind: str, **fields: Any) -> Outcome:
        user = self.user(person)
        before = len(self._theirs.said(user))
        self._theirs.put(user, kind, **fields)
        outcome = self._announce()
        said = tuple(
            part for text in self._theirs.said(user)[before:] for part in text.split("\n\n")
        )
        if person in self._blocked:
            # The message is taken, and that it was refused comes as an event.
            self._theirs.put_event(user, "msg_send_fail", fail_msgid="1", fail_type=10)
            return self._announce()
        return Outcome(outcome.taken, said, outcome.refused)

    def _announce(self) -> Outcome:
        token = self._theirs.new_token()
        outcome = self._post(self._poster.post(announcement(token)))
        until(lambda: not self._rows("SELECT 1 FROM wecom_announcements"), 30)
        return outcome

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.services.ledger.reader.rows(sql)

    def _post(self, post: Post) -> Outcome:
        answer = self._client.post(WEBHOOK, params=post.query, content=post.body)
        return Outcome(answer.is_success, refused=answer.status_code in (400, 403))
