"""The WeChat official account under test."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
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
from tests.bot.channels.wechat.posts import AES_KEY, APP_ID, TOKEN, Post, Poster, xml
from tests.bot.channels.wechat.talking import WEBHOOK, OfficialAccount
from tests.bot.channels.wechat.tencent import SECRET

_LONGEST = 2048  # characters that a person can send as one message
_THINGS: Mapping[str, tuple[str, dict[str, str]]] = {
    "photo": ("image", {"MediaId": "gone", "PicUrl": "http://127.0.0.1:1/never"}),
    "voice": ("voice", {"MediaId": "1", "Format": "amr"}),
    "location": ("location", {"Location_X": "23.1", "Location_Y": "113.3", "Label": "某处"}),
    "file": ("file", {"Title": "合同.pdf", "Description": "1 MB"}),
}
_UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"


class WechatUnderTest(ChannelUnderTest):
    """People who follow the account, and WeChat in between."""

    name: ClassVar[str] = "wechat"
    not_applicable: ClassVar[Mapping[str, NotApplicable]] = {
        "edited message": NotApplicable(
            "WeChat lets nobody change a message; one that is withdrawn is not told to accounts",
            "the answer to what they wrote first",
        ),
        "sticker": NotApplicable(
            "WeChat passes stickers on as a picture or as a message that it cannot pass on",
            "the reply to a picture, or to something that cannot be read",
        ),
        "contact card": NotApplicable(
            "WeChat does not offer to send a card to an account", "no way to send one"
        ),
        "group message": NotApplicable("an account is in no group", "no group with it"),
    }

    def settings(self) -> Mapping[str, Any]:
        self._account = OfficialAccount()
        return {
            "wechat_app_id": APP_ID,
            "wechat_token": SecretStr(TOKEN),
            "wechat_aes_key": SecretStr(AES_KEY),
            "wechat_secret": SecretStr(SECRET),
            "wechat_base_url": self._account.base_url,
        }

    def connect(self, services: Services, base_url: str) -> None:
        super().connect(services, base_url)
        self._poster = Poster()
        self._gone: set[str] = set()
        self._client = httpx.Client(base_url=base_url, timeout=30, trust_env=False)

    def close(self) -> None:
        self._client.close()
        self._account.stop()

    def user(self, person: str) -> str:
        return f"o{hashlib.sha256(person.encode()).hexdigest()[:27]}"

    def say(self, person: str, text: str, message_id: str | None = None) -> Outcome:
        if person in self._gone:
            # Who unsubscribed cannot write; all that comes in is that they left.
            return self._bring(person, "event", Event="unsubscribe")
        fields = {"Content": text} if message_id is None else {"Content": text, "MsgId": message_id}
        if len(text) <= _LONGEST:
            return self._bring(person, "text", **fields)
        # Nobody can type as much, but a shared article has a description of any length.
        return self._bring(person, "link", Title=text, Url="http://127.0.0.1:1/never")

    def attach(self, person: str, kind: str) -> Outcome:
        what, fields = _THINGS[kind]
        return self._bring(person, what, **fields)

    def forward(self, person: str, text: str) -> Outcome:
        return self._bring(person, "text", Content=text)

    def forward_record(self, person: str, texts: object) -> Outcome:
        return self._bring(person, "text", Content=_UNSUPPORTED)

    def block(self, person: str) -> None:
        self._gone.add(person)

    def is_noted_unreachable(self, person: str) -> bool:
        return Reach(self.services.ledger, self.services.hasher).is_lost(
            self.name, self.user(person)
        )

    def send_raw(self, body: bytes) -> Outcome:
        return self._post(Post(self._poster.post("<xml/>").query, body))

    def forge(self, person: str, text: str) -> Outcome:
        other = Poster(token="a guess")
        return self._post(other.post(xml(self.user(person), "text", Content=text)))

    def _bring(self, person: str, kind: str, **fields: str) -> Outcome:
        return self._post(self._poster.post(xml(self.user(person), kind, **fields)))

    def _post(self, post: Post) -> Outcome:
        answer = self._client.post(WEBHOOK, params=post.query, content=post.body)
        if not answer.is_success:
            return Outcome(taken=False, refused=answer.status_code in (400, 403))
        if answer.text == "success":
            return Outcome(taken=True)
        return Outcome(True, tuple(self._poster.opened(answer.text)["Content"].split("\n\n")))
