"""Replies as WeCom's customer service shows them: texts, and menus whose entries can be pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.channels.base import Bubble
from bot.channels.wechat.rendering import LONGEST_TEXT, packed
from bot.channels.wechat.wording import WechatWords
from bot.channels.wecom.account import Content
from bot.channels.wecom.reading import MENU_PREFIX

MOST: Final = 5
"""Messages that may be sent for one of the user's."""

_LONGEST_HEAD: Final = 1024  # bytes above the entries of a menu
_LONGEST_ID: Final = 128  # bytes of an entry's id
_MOST_ENTRIES: Final = 10


def rendered(bubbles: Sequence[Bubble], words: WechatWords) -> tuple[Content, ...]:
    """The reply in few messages: paragraphs are joined, and every bubble with buttons ends a message."""
    contents: list[Content] = []
    paragraphs: list[str] = []

    def flush() -> None:
        contents.extend(_text(text) for text in packed(paragraphs, LONGEST_TEXT))
        paragraphs.clear()

    for bubble in bubbles:
        text = str(bubble.get("text") or "").strip()
        buttons = bubble.get("buttons") or ()
        fits = bool(text) and len(text.encode()) <= _LONGEST_HEAD
        if text and not (buttons and fits):
            paragraphs.append(text)
        if buttons:
            flush()
            contents.append(_menu(text if fits else words.choices_hint, buttons))
    flush()
    return tuple(contents)


def _text(text: str) -> Content:
    return {"msgtype": "text", "text": {"content": text}}


def _menu(head: str, buttons: Sequence[Mapping[str, Any]]) -> Content:
    entries = [
        {"type": "click", "click": {"id": _id(button), "content": str(button["title"])}}
        for button in buttons[:_MOST_ENTRIES]
    ]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": head, "list": entries}}


def _id(button: Mapping[str, Any]) -> str:
    # Without an id of ours the entry stands for the words that it shows.
    name = f"{MENU_PREFIX}{button['payload']}"
    return name if len(name.encode()) <= _LONGEST_ID else "other"
