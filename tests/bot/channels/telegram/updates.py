"""Updates as Telegram writes them."""

from __future__ import annotations

import itertools
import time
from typing import Any

from tests.bot.channels.telegram.bot_api import BOT_ID, USERNAME

_IDS = itertools.count(int(time.time()))
_CHATS = itertools.count(2_000_000_000 + int(time.time()) % 1_000_000 * 100)
_THING = {"file_id": "thing", "file_unique_id": "thing"}
_PICTURE = {**_THING, "width": 800, "height": 600}

THINGS: dict[str, dict[str, Any]] = {
    "photo": {"photo": [_PICTURE]},
    "voice": {"voice": {**_THING, "duration": 3}},
    "sticker": {
        "sticker": {**_PICTURE, "is_animated": False, "is_video": False, "type": "regular"}
    },
    "location": {"location": {"latitude": 31.2, "longitude": 121.5}},
    "file": {"document": {**_THING, "file_name": "合同.pdf", "mime_type": "application/pdf"}},
    "contact": {"contact": {"phone_number": "13000000001", "first_name": "李经理"}},
    "video": {"video": {**_PICTURE, "duration": 3}},
    "dice": {"dice": {"emoji": "🎲", "value": 4}},
    "game of tomorrow": {"poll": {"of": "a form that this version cannot read"}},
}
"""What a message may hold instead of words, as Telegram tells of it."""


def person() -> int:
    """Somebody who has never written before: the id of the user and of the chat."""
    return next(_CHATS)


def group() -> int:
    return -1_000_000_000_000 - next(_CHATS)


def user(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "is_bot": False,
        "first_name": "张三",
        "language_code": "zh-hans",
        **fields,
    }


ME = {"id": BOT_ID, "is_bot": True, "first_name": "警钟", "username": USERNAME}


def chat(number: int) -> dict[str, Any]:
    if number > 0:
        return {"id": number, "type": "private", "first_name": "张三"}
    return {"id": number, "type": "supergroup", "title": "借款交流"}


def message(author: int, place: int | None = None, **fields: Any) -> dict[str, Any]:
    """A message of ``author`` in a chat, by default the private one."""
    return {
        "message_id": next(_IDS),
        "date": int(time.time()),
        "from": user(author),
        "chat": chat(author if place is None else place),
        **fields,
    }


def text(words: str, **fields: Any) -> dict[str, Any]:
    """The fields of a message of words; a command at its beginning and mentions are marked."""
    marks = list(fields.pop("entities", []))
    if words.startswith("/"):
        marks.append({"type": "bot_command", "offset": 0, "length": len(words.split()[0])})
    place = words.find(f"@{USERNAME}")
    if place >= 0 and not words.startswith("/"):
        marks.append({"type": "mention", "offset": place, "length": len(USERNAME) + 1})
    return {"text": words, **({"entities": marks} if marks else {}), **fields}


def forwarded() -> dict[str, Any]:
    return {
        "forward_origin": {
            "type": "hidden_user",
            "date": int(time.time()),
            "sender_user_name": "某人",
        }
    }


def update(**fields: Any) -> dict[str, Any]:
    return {"update_id": next(_IDS), **fields}


def said(author: int, words: str, place: int | None = None, **fields: Any) -> dict[str, Any]:
    """Somebody says something."""
    return update(message=message(author, place, **text(words, **fields)))


def edited(original: dict[str, Any], words: str) -> dict[str, Any]:
    """The message of an update gets other words."""
    return update(
        edited_message={**original["message"], "edit_date": int(time.time()), **text(words)}
    )


def pressed(
    author: int, data: str, under: int, markup: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Somebody presses a button under a message of the bot."""
    shown = {
        "message_id": under,
        "date": int(time.time()),
        "from": ME,
        "chat": chat(author),
        "text": "…",
        **({"reply_markup": markup} if markup else {}),
    }
    return update(
        callback_query={
            "id": str(next(_IDS)),
            "from": user(author),
            "message": shown,
            "chat_instance": "1",
            "data": data,
        }
    )


def membership(author: int, status: str) -> dict[str, Any]:
    """Somebody blocks the bot (``kicked``) or takes it back (``member``)."""
    was = "member" if status == "kicked" else "kicked"
    return update(
        my_chat_member={
            "chat": chat(author),
            "from": user(author),
            "date": int(time.time()),
            "old_chat_member": _member(was),
            "new_chat_member": _member(status),
        }
    )


def _member(status: str) -> dict[str, Any]:
    return {"user": ME, "status": status, **({"until_date": 0} if status == "kicked" else {})}
