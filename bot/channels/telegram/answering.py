"""What becomes of an update: nothing, or a message through the gate and its reply in the chat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from telegram import CallbackQuery, ChatMember, ChatMemberUpdated, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from bot.channels.base import Bubble, Refused, Unavailable
from bot.channels.lately import Lately
from bot.channels.reach import Reach
from bot.channels.telegram.delivery import (
    Blocked,
    Delivery,
    Destination,
    TelegramBot,
    Undelivered,
)
from bot.channels.telegram.order import Order
from bot.channels.telegram.pictures import with_data
from bot.channels.telegram.reading import Heard, Me, UpdateReader
from bot.gate import MESSAGE_LIMIT, plain_text
from bot.inbound import InboundMessage

logger = logging.getLogger(__name__)

CERTAIN: Final = 0.97
"""The confidence from which on a group is warned without having asked."""

_GROUP_PAUSE: Final = 3600.0  # seconds between two such warnings in one group
_BUSY_PAUSE: Final = 60.0
_UNAVAILABLE_PAUSE: Final = 600.0

Receive = Callable[[InboundMessage], Awaitable[list[Bubble]]]
"""Has a message answered, see :meth:`bot.channels.base.Channel.receive`."""

Parse = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Understands a text without keeping it, as ``/model/parse`` does."""


class NotYet(Exception):
    """The update must not be acknowledged: it has to come again."""


@dataclass(frozen=True)
class Assistant:
    """The assistant as this channel sees it; ``opening`` gives the words that are said before its first reply."""

    receive: Receive
    parse: Parse
    opening: Callable[[], str]


class Answering:
    """Answers updates, those of one chat one after the other."""

    def __init__(
        self, bot: TelegramBot, reader: UpdateReader, assistant: Assistant, reach: Reach
    ) -> None:
        self._bot = bot
        self._reader = reader
        self._assistant = assistant
        self._reach = reach
        self._delivery = Delivery(bot)
        self._order = Order()
        self._warned = Lately(_GROUP_PAUSE)
        self._told_busy = Lately(_BUSY_PAUSE)
        self._told_unavailable = Lately(_UNAVAILABLE_PAUSE)

    async def handle(self, update: Update, me: Me) -> None:
        """Does what the update asks for; the same update again does nothing more.

        Raises:
            NotYet: when it could not be done now.
            Unavailable: when the assistant failed; the user was told.
        """
        if update.my_chat_member is not None:
            await self._note_membership(update.my_chat_member)
            return
        place = update.effective_chat
        if place is not None and place.type != ChatType.PRIVATE and me.username is None:
            raise NotYet  # nobody can tell yet whether the bot is meant
        heard = self._reader.read(update, me)
        if heard is None:
            return
        pressed = update.callback_query
        await asyncio.gather(self._answer(heard), *([self._release(pressed)] if pressed else ()))

    async def _answer(self, heard: Heard) -> None:
        async with self._order.turn(heard.chat):
            if not heard.addressed and not await self._should_warn(heard):
                return
            if self._delivery.is_done(_destination(heard)):
                return
            bubbles = await self._bubbles(heard)
            if bubbles:
                await self._deliver(heard, bubbles)
                if not heard.addressed:
                    self._warned.add(heard.chat)

    async def _bubbles(self, heard: Heard) -> list[Bubble]:
        message = await with_data(self._bot, heard.message, heard.pictures)
        try:
            bubbles = await self._assistant.receive(message)
        except Refused as error:
            # Not to come again: it would be refused again, and the user is asked to send it later.
            if heard.private and error.is_news(self._told_busy, heard.chat):
                await self._delivery.say(heard.chat, error.text)
            return []
        except Unavailable as error:
            if heard.private and self._told_unavailable.first(heard.chat):
                await self._delivery.say(heard.chat, error.text)
            raise
        return [{"text": self._assistant.opening()}, *bubbles] if heard.opening else bubbles

    async def _deliver(self, heard: Heard, bubbles: list[Bubble]) -> None:
        user = heard.message.user
        try:
            await self._delivery.deliver(_destination(heard), bubbles)
        except Undelivered:
            raise NotYet from None
        except Blocked:
            if heard.private:
                await self._reach.lost("telegram", user)
            return
        if heard.private:
            await self._reach.regained("telegram", user)

    async def _should_warn(self, heard: Heard) -> bool:
        """Whether words that were not meant for the bot are so plainly a fraud that it speaks up.

        What it does not answer is not stored: people of a group have not turned to it.
        """
        text = heard.message.text[:MESSAGE_LIMIT]
        if not text.strip() or heard.chat in self._warned:
            return False
        threats = (await self._assistant.parse(plain_text(text))).get("threats") or ()
        return any(float(threat["confidence"]) >= CERTAIN for threat in threats)

    async def _note_membership(self, change: ChatMemberUpdated) -> None:
        if change.chat.type != ChatType.PRIVATE:
            return
        user = str(change.chat.id)
        if change.new_chat_member.status == ChatMember.BANNED:
            await self._reach.lost("telegram", user)
        else:
            await self._reach.regained("telegram", user)

    async def _release(self, query: CallbackQuery) -> None:
        """Ends the waiting that Telegram shows on a pressed button."""
        try:
            await self._bot.answer_callback_query(query.id)
        except TelegramError as error:
            # It ends by itself after a while; of old presses Telegram no longer wants to hear.
            logger.info("telegram: a button was not released: %s", type(error).__name__)


def _destination(heard: Heard) -> Destination:
    # In a group the same button may be pressed by several.
    message = heard.message
    return Destination(heard.chat, f"{message.conversation}/{message.message_id}", heard.answers)
