"""Buttons carry their words to Telegram and back."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from telegram import CallbackQuery, Chat, InlineKeyboardMarkup, Message, User

from bot.channels.telegram.keyboard import keyboard, pressed

SOMEBODY = User(1, "张三", is_bot=False)


def press(markup: InlineKeyboardMarkup, place: int) -> str | None:
    """The words of the button in a place, as they come back from Telegram."""
    data: Any = markup.inline_keyboard[place][0].callback_data
    assert len(data.encode()) <= 64
    shown = Message(1, datetime.now(timezone.utc), Chat(1, "private"), reply_markup=markup)
    return pressed(CallbackQuery("1", SOMEBODY, "1", message=shown, data=data))


@pytest.mark.parametrize("payload", ["想找人工", "x" * 64, "#3"])
def test_a_button_says_its_payload(payload: str) -> None:
    markup = keyboard([{"title": payload, "payload": payload}])
    assert markup is not None
    assert press(markup, 0) == payload


def test_words_that_do_not_fit_come_from_the_button_itself() -> None:
    long = "我已经把钱转给了自称能够帮我做停息挂账的那家公司怎么办"
    markup = keyboard([{"title": "短", "payload": "短"}, {"title": long, "payload": long}])
    assert markup is not None
    assert press(markup, 1) == long


def test_a_long_button_of_a_message_that_is_gone_says_nothing() -> None:
    assert pressed(CallbackQuery("1", SOMEBODY, "1", data="#0")) is None


def test_a_bubble_without_buttons_has_no_keyboard() -> None:
    assert keyboard([]) is None
