"""Turns what WeChat posts into messages, or into news of who follows the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum
from typing import Final, Union

from bot.channels.wechat.envelope import Fields, field
from bot.channels.wechat.errors import Unreadable
from bot.channels.wechat.wording import WechatWords
from bot.inbound import Attachment, InboundMessage

CHANNEL: Final = "wechat"
_KINDS: Final = {
    "image": "photo",
    "voice": "voice",
    "location": "location",
    "file": "file",
}
_SCANNED: Final = "qrscene_"
_LONGEST_ID: Final = 128


class Following(Enum):
    """What became of the tie between a person and the account."""

    BEGUN = "begun"
    ENDED = "ended"


@dataclass(frozen=True)
class Posted:
    """One post: its ``message``, ``None`` where nothing is to be answered; ``account`` is who got it.

    ``photo`` is the media id of a picture.
    """

    user: str
    account: str
    message: InboundMessage | None = None
    following: Following | None = None
    photo: str = ""


def read(fields: Fields, words: WechatWords) -> Posted:
    """What was posted. What we do not know is a message with an attachment that we cannot read.

    Raises:
        Unreadable: when it lacks what every post has.
    """
    user, account = field(fields, "FromUserName"), field(fields, "ToUserName")
    kind, at = field(fields, "MsgType").lower(), _time(field(fields, "CreateTime"))
    if not user or not account or not kind or at is None or len(user) > _LONGEST_ID:
        raise Unreadable("FromUserName, ToUserName, MsgType and CreateTime are needed")
    if kind == "event":
        return _event(fields, words, _Sender(user, account, at))
    message_id = field(fields, "MsgId")
    if not message_id or len(message_id) > _LONGEST_ID:
        raise Unreadable("MsgId is needed")
    text, attachments = _content(kind, fields, words)
    message = _Sender(user, account, at).message(message_id, text, attachments)
    photo = field(fields, "MediaId") if kind == "image" else ""
    return Posted(user, account, message, photo=photo)


@dataclass(frozen=True)
class _Sender:
    user: str
    account: str
    at: datetime

    def message(
        self, message_id: str, text: str, attachments: tuple[Attachment, ...] = ()
    ) -> InboundMessage:
        return InboundMessage(
            channel=CHANNEL,
            user=self.user,
            conversation=self.user,
            message_id=message_id,
            text=text,
            received_at=self.at,
            attachments=attachments,
            address=self.user,
        )


def _content(kind: str, fields: Fields, words: WechatWords) -> tuple[str, tuple[Attachment, ...]]:
    if kind == "text":
        text = field(fields, "Content")
        if text.strip() in words.unsupported:
            return "", (Attachment("other"),)
        return text, ()
    if kind == "link":
        parts = (field(fields, name) for name in ("Title", "Description", "Url"))
        return "\n".join(part for part in parts if part.strip()), ()
    attachment = Attachment(_KINDS.get(kind, "other"), field(fields, "Title") or None)
    # WeChat writes down what was said, where the account has that switched on.
    said = field(fields, "Recognition").strip() if kind == "voice" else ""
    return said, (attachment,)


def _event(fields: Fields, words: WechatWords, sender: _Sender) -> Posted:
    event, key = field(fields, "Event").lower(), field(fields, "EventKey")
    said: Union[str, None] = None
    following = None
    unread: tuple[Attachment, ...] = ()
    if event == "subscribe":
        said = words.says["scan" if key.startswith(_SCANNED) else "subscribe"]
        following = Following.BEGUN
    elif event == "scan":
        said = words.says["scan"]
    elif event == "unsubscribe":
        following = Following.ENDED
    elif event == "click":
        said = words.of_key(key)
        if said is None:
            # A button that nobody told us of; the user pressed it and must hear something.
            said, unread = "", (Attachment("other"),)
    # All else, such as an opened page or the fate of a template message, wants no answer.
    message = None
    if said is not None:
        # Events have no id of their own; these three are what WeChat says to tell them apart by, and the key.
        stamp = int(sender.at.timestamp())
        message = sender.message(f"event-{stamp}-{event}-{key}"[:_LONGEST_ID], said, unread)
    return Posted(sender.user, sender.account, message, following)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(text), timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None
