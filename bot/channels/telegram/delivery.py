"""Brings the bubbles of a reply into a chat: in their order, each once as far as that can be known."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from telegram import InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot

from bot.channels.base import Bubble
from bot.channels.telegram.keyboard import keyboard
from bot.channels.telegram.parts import in_parts

logger = logging.getLogger(__name__)

RETRIES: Final = 2
"""How often a reply is tried again by itself after Telegram asked to wait."""

NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)
_REMEMBERED: Final = 10_000  # replies
_ALL: Final = sys.maxsize

TelegramBot = ExtBot[int]


class Undelivered(Exception):
    """Telegram did not take the reply now; the same update has to come again."""


class Blocked(Exception):
    """The user blocked the bot, or a group removed it: nothing reaches this chat."""


@dataclass(frozen=True)
class Patience:
    """How long is tried, in seconds: ``pauses`` between tries, ``altogether`` for a whole reply."""

    pauses: Sequence[float] = (0.5, 2.0)
    # Telegram waits a minute for the answer to a webhook, and then sends the update again.
    altogether: float = 50.0


@dataclass(frozen=True)
class Destination:
    """Where a reply goes, and which one it is; ``answers`` is the message of the chat that it is to refer to."""

    chat: int
    reply: str
    answers: int | None = None


@dataclass(frozen=True)
class Part:
    """One message of Telegram's."""

    text: str
    buttons: InlineKeyboardMarkup | None = None


class Delivery:
    """Sends replies, and remembers in this process how far each one got."""

    def __init__(self, bot: TelegramBot, patience: Patience | None = None) -> None:
        self._bot = bot
        self._patience = patience or Patience()
        self._arrived: OrderedDict[str, int] = OrderedDict()

    def is_done(self, to: Destination) -> bool:
        """Whether the whole reply is known to have arrived."""
        return self._arrived.get(to.reply) == _ALL

    async def deliver(self, to: Destination, bubbles: Sequence[Bubble]) -> None:
        """Sends what has not arrived yet of the reply to this message.

        A reply that was cut off by the end of the process is sent anew from its beginning, and so may be one
        whose arrival Telegram did not confirm in time.

        Raises:
            Undelivered: when it has to be tried again later.
            Blocked: when nothing can be sent into this chat.
        """
        try:
            await asyncio.wait_for(self._deliver(to, bubbles), self._patience.altogether)
        except asyncio.TimeoutError:
            raise Undelivered from None

    async def say(self, chat: int, text: str) -> None:
        """Tries once to send a text that stands for no reply; never raises."""
        try:
            await self._bot.send_message(chat, text, rate_limit_args=RETRIES)
        except TelegramError as error:
            logger.warning("telegram: a notice was not taken: %s", type(error).__name__)

    async def _deliver(self, to: Destination, bubbles: Sequence[Bubble]) -> None:
        parts = parts_of(bubbles)
        for place in range(self._arrived.get(to.reply, 0), len(parts)):
            answers = to.answers if place == 0 else None
            await self._send(to.chat, parts[place], answers)
            self._note(to.reply, place + 1)
        self._note(to.reply, _ALL)

    async def _send(self, chat: int, part: Part, answers: int | None) -> None:
        for pause in (*self._patience.pauses, None):
            try:
                await self._try(chat, part, answers)
                return
            except ChatMigrated as error:
                await self._send(error.new_chat_id, part, None)
                return
            except Forbidden:
                raise Blocked from None
            except BadRequest:
                # Said again it would be refused again. The words of the error may quote the reply.
                logger.error("telegram: a part of a reply was refused for good")
                return
            except (RetryAfter, InvalidToken):
                raise Undelivered from None
            except TelegramError:
                # No answer, or one that nobody can read: it may have arrived, and better twice than never.
                if pause is None:
                    raise Undelivered from None
                await asyncio.sleep(pause)

    async def _try(self, chat: int, part: Part, answers: int | None) -> None:
        reference = (
            ReplyParameters(answers, allow_sending_without_reply=True)
            if answers is not None
            else None
        )
        await self._bot.send_message(
            chat,
            part.text,
            reply_markup=part.buttons,
            reply_parameters=reference,
            link_preview_options=NO_PREVIEW,
            rate_limit_args=RETRIES,
        )

    def _note(self, reply: str, arrived: int) -> None:
        self._arrived.pop(reply, None)
        self._arrived[reply] = arrived
        if len(self._arrived) > _REMEMBERED:
            self._arrived.popitem(last=False)


def parts_of(bubbles: Iterable[Mapping[str, Any]]) -> Sequence[Part]:
    """What Telegram gets for the bubbles of a reply."""
    return tuple(_parts(bubbles))


def _parts(bubbles: Iterable[Mapping[str, Any]]) -> Iterator[Part]:
    for bubble in bubbles:
        *texts, last = in_parts(str(bubble.get("text") or "")) or [""]
        yield from map(Part, texts)
        if last:
            yield Part(last, keyboard(bubble.get("buttons") or ()))
