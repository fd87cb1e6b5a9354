"""What is read from WeCom's customer service: messages of users, and events that concern them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Final

from bot.channels.wechat.wording import WechatWords
from bot.inbound import Attachment, InboundMessage

CHANNEL: Final = "wecom"
_BETWEEN: Final = "/"
MENU_PREFIX: Final = "jz:"
"""Begins the id of a menu entry of ours; what follows are the words that it stands for."""

_OF_USER: Final = 3
_REFUSED_BY_USER: Final = 10
_DEEPEST: Final = 3
_KINDS: Final = {
    "image": "photo",
    "voice": "voice",
    "location": "location",
    "file": "file",
    "business_card": "contact",
}


def address_of(account: str, user: str) -> str:
    """Where a user is reached: in one account of the customer service."""
    return f"{account}{_BETWEEN}{user}"


def parts_of_address(address: str) -> tuple[str, str]:
    """The account and the user of an address, empty where it names none."""
    account, _, user = address.partition(_BETWEEN)
    return account, user


@dataclass(frozen=True)
class Item:
    """One thing that was read. ``message`` is what to answer, if anything.

    ``welcome`` is the code with which the reply goes out where the user has not written yet; ``refuses`` tells that
    they take no messages from us. ``photo`` is the media id of a picture.
    """

    id: str
    account: str
    user: str
    message: InboundMessage | None = None
    welcome: str | None = None
    refuses: bool = False
    photo: str = ""


def read(data: Mapping[str, Any], words: WechatWords) -> Item | None:
    """What one entry of a page holds; ``None`` where it concerns no user or is not readable at all."""
    kind = _text(data, "msgtype")
    if kind == "event":
        return _event(data, _inside(data, "event"), words)
    message_id, account = _text(data, "msgid"), _text(data, "open_kfid")
    user = _text(data, "external_userid")
    if data.get("origin") != _OF_USER or not message_id or not account or not user:
        return None
    inside = _inside(data, kind)
    text, attachments = _content(kind, inside)
    message = _message(account, user, message_id, text, _time(data), attachments)
    photo = _text(inside, "media_id") if kind == "image" else ""
    return Item(message_id, account, user, message, photo=photo)


def _event(data: Mapping[str, Any], event: Mapping[str, Any], words: WechatWords) -> Item | None:
    account, user = _text(event, "open_kfid"), _text(event, "external_userid")
    message_id, name = _text(data, "msgid"), _text(event, "event_type")
    if not account or not user or not message_id:
        return None
    welcome = _text(event, "welcome_code")
    if name == "enter_session" and welcome:
        said = words.says["subscribe"]
        message = _message(account, user, message_id, said, _time(data), ())
        return Item(message_id, account, user, message, welcome=welcome)
    if name == "msg_send_fail" and event.get("fail_type") == _REFUSED_BY_USER:
        return Item(message_id, account, user, refuses=True)
    return None


def _content(kind: str, inside: Mapping[str, Any]) -> tuple[str, tuple[Attachment, ...]]:
    if kind == "text":
        chosen = _text(inside, "menu_id")
        if chosen.startswith(MENU_PREFIX):
            return chosen.removeprefix(MENU_PREFIX), ()
        return _text(inside, "content"), ()
    if kind == "link":
        parts = (_text(inside, name) for name in ("title", "desc", "url"))
        return "\n".join(part for part in parts if part.strip()), ()
    if kind == "merged_msg":
        words = (part.strip() for part in _merged(inside, _DEEPEST))
        return "\n".join(part for part in words if part), (Attachment("forwarded"),)
    return "", (Attachment(_KINDS.get(kind, "other"), _text(inside, "filename") or None),)


def _merged(record: Mapping[str, Any], deeper: int) -> Iterator[str]:
    """The words in a chat record that was forwarded, those of records in it too."""
    items = record.get("item")
    for item in items if isinstance(items, list) else ():
        if not isinstance(item, dict):
            continue
        kind, content = _text(item, "msgtype"), _unpacked(item.get("msg_content"))
        inside = _inside(content, kind)
        if kind == "text":
            yield _text(inside, "content")
        elif kind == "link":
            yield from (_text(inside, "title"), _text(inside, "url"))
        elif kind == "merged_msg" and deeper:
            yield from _merged(inside, deeper - 1)


def _unpacked(content: object) -> Mapping[str, Any]:
    try:
        data = json.loads(content) if isinstance(content, str) else content
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _message(
    account: str,
    user: str,
    message_id: str,
    text: str,
    at: datetime,
    attachments: tuple[Attachment, ...],
) -> InboundMessage:
    return InboundMessage(
        channel=CHANNEL,
        user=user,
        conversation=f"{account}/{user}",
        message_id=message_id,
        text=text,
        received_at=at,
        attachments=attachments,
        address=address_of(account, user),
    )


def _time(data: Mapping[str, Any]) -> datetime:
    stamp = data.get("send_time")
    try:
        return datetime.fromtimestamp(stamp if isinstance(stamp, int) else -1, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, timezone.utc)


def _inside(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, dict) else {}


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""
