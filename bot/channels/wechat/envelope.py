"""Signatures and encryption of what WeChat and WeCom post, over wechatpy's crypto."""

from __future__ import annotations

import hmac
import struct
import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from xml.parsers.expat import ExpatError

import xmltodict  # type: ignore[import-untyped]
from wechatpy.crypto import PrpCrypto, WeChatCrypto  # type: ignore[import-untyped]
from wechatpy.exceptions import WeChatException  # type: ignore[import-untyped]
from wechatpy.utils import WeChatSigner  # type: ignore[import-untyped]

from bot.channels.wechat.errors import Forged, Unreadable

LONGEST_BODY: Final = 64 * 1024
"""Longest body, in bytes, that is read; what the platforms post is far shorter."""

_LONGEST_AGE: Final = 600  # seconds

Fields = Mapping[str, Any]
"""The elements directly below ``<xml>``; :func:`field` reads one."""


def field(fields: Fields, name: str) -> str:
    """The text of an element; empty where there is none, or more than one."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


class Envelope:
    """Opens what is posted and seals what is answered.

    With an AES key nothing is taken that is not encrypted: whoever could choose would choose the weaker one,
    whose signature does not cover the body.
    """

    def __init__(
        self,
        token: str,
        receiver: str,
        aes_key: str | None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``receiver`` is the app id or corp id to which everything must be addressed."""
        self._token = token
        self._receiver = receiver
        self._crypto = WeChatCrypto(token, aes_key, receiver) if aes_key else None
        self._clock = clock

    def echo(self, query: Mapping[str, str], *, sealed: bool = False) -> str:
        """What the check of the address must answer; WeCom sends it ``sealed``, an official account in clear.

        Raises:
            Forged: when it does not come from the platform.
            Unreadable: when there is nothing to echo.
        """
        text = query.get("echostr", "")
        if not text:
            raise Unreadable("the query lacks echostr")
        if not sealed:
            self._verify(query, "signature")
            return text
        self._verify(query, "msg_signature", text)
        return self._decrypted(text)

    def open(self, query: Mapping[str, str], body: bytes) -> Fields:
        """The fields of a message.

        Raises:
            Forged: when it does not come from the platform, is too old, or is in clear though there is a key.
            Unreadable: when it is no message.
        """
        if self._crypto is None:
            self._verify(query, "signature")
            return _parsed(body)
        sealed = field(_parsed(body), "Encrypt")
        if not sealed:
            raise Forged("it is not encrypted; set the platform to its safe mode")
        self._verify(query, "msg_signature", sealed)
        return _parsed(self._decrypted(sealed).encode())

    def seal(self, xml: str, query: Mapping[str, str]) -> str:
        """An answer in the form in which the message came."""
        if self._crypto is None:
            return xml
        nonce = query.get("nonce", "")
        return str(self._crypto.encrypt_message(xml, nonce, str(int(self._clock()))))

    def _verify(self, query: Mapping[str, str], name: str, *covered: str) -> None:
        given, timestamp = query.get(name, ""), query.get("timestamp", "")
        signer = WeChatSigner()
        signer.add_data(self._token, timestamp, query.get("nonce", ""), *covered)
        if not hmac.compare_digest(given.encode(), signer.signature.encode()):
            raise Forged("the signature is wrong")
        # Without encryption the signature fits any body: whoever saw one must not use it for ever.
        if not timestamp.isdecimal() or abs(self._clock() - int(timestamp)) > _LONGEST_AGE:
            raise Forged("it is too old, or the clock of this machine is wrong")

    def _decrypted(self, text: str) -> str:
        assert self._crypto is not None
        try:
            return str(PrpCrypto(self._crypto.key).decrypt(text, self._receiver))
        except WeChatException:
            raise Forged("it is for another account") from None
        except (ValueError, IndexError, struct.error):
            # Base64, padding or UTF-8 that is none; the signature was right all the same.
            raise Unreadable("it cannot be decrypted with this AES key") from None


def _parsed(body: bytes) -> Fields:
    if len(body) > LONGEST_BODY:
        raise Unreadable(f"at most {LONGEST_BODY} bytes are read")
    try:
        # Entities are refused by xmltodict, so that a small body stays small.
        fields = xmltodict.parse(body)["xml"]
    except (ExpatError, ValueError, KeyError, RecursionError):
        raise Unreadable("the body is no XML with the root <xml>") from None
    if not isinstance(fields, dict):
        raise Unreadable("the body has no fields")
    return fields
