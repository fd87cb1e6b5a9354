"""What WeChat posts, made by wechatpy's own crypto."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.utils import WeChatSigner

APP_ID = "wx0123456789abcdef"
TOKEN = "a-token-of-the-tests"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE"
ACCOUNT = "gh_0123456789ab"
_numbers = itertools.count(int(time.time() * 1000))


def xml(user: str, kind: str, **fields: Any) -> str:
    """A message as WeChat writes it; ``MsgId`` is new unless given."""
    body = {
        "ToUserName": ACCOUNT,
        "FromUserName": user,
        "CreateTime": str(int(time.time())),
        "MsgType": kind,
        **({} if kind == "event" else {"MsgId": str(next(_numbers))}),
        **fields,
    }
    return str(xmltodict.unparse({"xml": body}, full_document=False))


def signature(*parts: str, token: str = TOKEN) -> str:
    signer = WeChatSigner()
    signer.add_data(token, *parts)
    return str(signer.signature)


@dataclass
class Post:
    """One post: its query and its body."""

    query: dict[str, str]
    body: bytes = b""


@dataclass
class Poster:
    """Makes posts of a mode: ``plain``, ``safe``, or ``both`` with the text in clear beside the sealed one."""

    mode: str = "safe"
    app_id: str = APP_ID
    key: str = AES_KEY
    token: str = TOKEN
    nonce: str = field(default_factory=lambda: str(next(_numbers)))

    @property
    def crypto(self) -> Any:
        return WeChatCrypto(self.token, self.key, self.app_id)

    def post(self, text: str, at: float | None = None) -> Post:
        """The post that carries this XML."""
        timestamp = str(int(time.time() if at is None else at))
        query = {"timestamp": timestamp, "nonce": self.nonce}
        query["signature"] = signature(timestamp, self.nonce, token=self.token)
        if self.mode == "plain":
            return Post(query, text.encode())
        sealed = xmltodict.parse(self.crypto.encrypt_message(text, self.nonce, timestamp))["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": sealed["MsgSignature"]}
        inner = {"ToUserName": ACCOUNT, "Encrypt": sealed["Encrypt"]}
        if self.mode == "both":
            inner = {**xmltodict.parse(text)["xml"], **inner}
        return Post(query, xmltodict.unparse({"xml": inner}, full_document=False).encode())

    def opened(self, answer: str) -> dict[str, str]:
        """The reply in what the service answered."""
        fields = xmltodict.parse(answer)["xml"]
        if self.mode != "plain":
            clear = self.crypto.decrypt_message(
                answer, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"]
            )
            fields = xmltodict.parse(clear)["xml"]
        return dict(fields)
