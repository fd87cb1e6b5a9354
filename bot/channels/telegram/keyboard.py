"""Buttons of replies as Telegram's inline buttons, and pressed ones as the words that they stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from telegram import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

_LONGEST_DATA: Final = 64  # bytes that Telegram carries with a button
_BY_PLACE: Final = re.compile(r"#(\d{1,2})")


def keyboard(buttons: Sequence[Mapping[str, Any]]) -> InlineKeyboardMarkup | None:
    """The buttons of a bubble, one in a row; ``None`` where there are none."""
    rows = [
        [InlineKeyboardButton(str(button["title"]), callback_data=_data(str(button["payload"]), n))]
        for n, button in enumerate(buttons)
    ]
    return InlineKeyboardMarkup(rows) if rows else None


def pressed(query: CallbackQuery) -> str | None:
    """The words that a pressed button stands for; ``None`` where nothing tells any more."""
    place = _BY_PLACE.fullmatch(query.data or "")
    if place is None:
        return query.data
    markup = query.message.reply_markup if isinstance(query.message, Message) else None
    rows = markup.inline_keyboard if markup else ()
    titles = [button.text for row in rows for button in row]
    index = int(place[1])
    return titles[index] if index < len(titles) else None


def _data(payload: str, place: int) -> str:
    # Words that do not fit are those of the button itself, which comes back with its message.
    fits = len(payload.encode()) <= _LONGEST_DATA and not _BY_PLACE.fullmatch(payload)
    return payload if fits else f"#{place}"
