"""What the two transports of the in-app chat agree on: sessions, messages, receipts, sizes and origins.

Pure functions without IO. Errors are one English line for the developer of a client; they never repeat
the user's text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

MAX_FRAME_BYTES = 16 * 1024
"""Longest request body or WebSocket frame that is read."""

MAX_CHARACTERS = 2000
"""Longest text, in code points, that the page lets a person send as one message."""

NOT_TAKEN = "not taken: send it again under the same message_id"
"""The error of a message that could not be answered or recorded."""

CLOSED_FOR_TOKEN = 4401
"""The code with which a socket is closed that has no good token, or none any more."""

CLOSED_FOR_ORIGIN = 4403
"""The code with which a socket is closed that a page of another site has opened."""

MOST_RECEIPTS = 100
"""How many pieces of mail one receipt may name."""

_SESSION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST_MAIL_ID = 200
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class ProtocolError(Exception):
    """What a client sent cannot be read.

    The text is one line that may be sent back; ``message_id`` tells which message it is about, if that
    much could be read.
    """

    def __init__(self, reason: str, message_id: str | None = None) -> None:
        """Takes the line and, where it is known, the id of the message."""
        super().__init__(reason)
        self.message_id = message_id


@dataclass(frozen=True)
class ChatMessage:
    """One readable message of a client."""

    message_id: str
    text: str


def decode(frame: bytes) -> dict[str, object]:
    """Reads one frame or request body as a JSON object.

    Raises:
        ProtocolError: when it is too large, no UTF-8, no JSON, or JSON of another kind.
    """
    if len(frame) > MAX_FRAME_BYTES:
        raise ProtocolError(f"too large: {len(frame)} bytes, at most {MAX_FRAME_BYTES} are read")
    try:
        data = json.loads(frame.decode())
    except (ValueError, RecursionError):
        raise ProtocolError("not readable as UTF-8 JSON") from None
    if not isinstance(data, dict):
        raise ProtocolError("should be a JSON object")
    return data


def message_of(data: Mapping[str, object]) -> ChatMessage:
    """Reads ``message_id`` and ``text``; fields it does not know are ignored.

    Half a surrogate pair, which a client can write in JSON but nobody can store as UTF-8, becomes
    U+FFFD, one code point for one.

    Raises:
        ProtocolError: when one is missing or of a wrong type.
    """
    message_id = data.get("message_id")
    if not isinstance(message_id, str) or not _MESSAGE_ID.fullmatch(message_id):
        raise ProtocolError("message_id: should be 1 to 64 letters, digits, '_' or '-'")
    text = data.get("text")
    if not isinstance(text, str):
        raise ProtocolError("text: should be a string", message_id)
    return ChatMessage(message_id, _LONE_SURROGATE.sub("\ufffd", text))


@dataclass(frozen=True)
class Receipts:
    """The ids of mail that a client got, and of mail that somebody looked at."""

    delivered: tuple[str, ...] = ()
    read: tuple[str, ...] = ()


def receipts_of(data: Mapping[str, object]) -> Receipts:
    """Reads ``delivered`` and ``read``; either may be missing.

    Raises:
        ProtocolError: when one is no list of ids, or too long.
    """
    return Receipts(_ids(data, "delivered"), _ids(data, "read"))


def _ids(data: Mapping[str, object], name: str) -> tuple[str, ...]:
    given = data.get(name) or []
    if not isinstance(given, list) or len(given) > MOST_RECEIPTS:
        raise ProtocolError(f"{name}: should be a list of at most {MOST_RECEIPTS} ids of mail")
    if not all(isinstance(id, str) and len(id) <= _LONGEST_MAIL_ID for id in given):
        raise ProtocolError(f"{name}: should hold ids of mail alone")
    return tuple(given)


def session_of(value: object) -> str:
    """Returns the session as it is.

    Raises:
        ProtocolError: when it is missing or not 8 to 64 letters, digits, ``_`` or ``-``.
    """
    if not isinstance(value, str) or not _SESSION.fullmatch(value):
        raise ProtocolError("session: should be 8 to 64 letters, digits, '_' or '-'")
    return value


def same_origin(origin: str | None, host: str) -> bool:
    """Whether a request comes from a page of this very host, or from no page at all.

    ``origin`` is the Origin header (browsers send it with every WebSocket and every POST, native clients
    send none), ``host`` the Host header as the client sees it.
    """
    if origin is None:
        return True
    try:
        page = urlsplit(origin)
        ours = urlsplit(f"//{host}")
        default = _DEFAULT_PORTS[page.scheme]
        return bool(page.hostname) and (page.hostname, page.port or default) == (
            ours.hostname,
            ours.port or default,
        )
    except (KeyError, ValueError):
        return False
