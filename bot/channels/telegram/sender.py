"""Sends into private chats what nobody has asked for just now."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from bot.channels.reach import Reach
from bot.channels.telegram.delivery import NO_PREVIEW, Part, TelegramBot, parts_of
from bot.ledger.errors import LedgerError
from bot.outbound.in_order import in_order
from bot.outbound.message import Delivery, OutboundMessage, Sender

_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TelegramSender(Sender):
    """Sends through the client of the bot, at the pace of its rate limiter.

    The address is the id of a private chat, which is that of its person. Who blocked the bot is not written to until
    they come back.
    """

    def __init__(self, bot: TelegramBot, reach: Reach) -> None:
        self._bot = bot
        self._reach = reach

    @property
    def channel(self) -> str:
        """The channel's name."""
        return "telegram"

    async def send(self, address: str, message: OutboundMessage) -> Delivery:
        """Sends a message, in as many parts as Telegram needs."""
        if not (address.isascii() and address.isdigit()):
            return Delivery("refused", "the address is no private chat of Telegram")
        if await self._is_lost(address):
            return Delivery("blocked", "the user blocked the bot before")
        delivery = await in_order(
            parts_of(message.bubbles), lambda _, part: self._try(int(address), part)
        )
        if delivery.fate == "blocked":
            await self._reach.lost(self.channel, address)
        return delivery

    async def _is_lost(self, address: str) -> bool:
        try:
            return await asyncio.to_thread(self._reach.is_lost, self.channel, address)
        except LedgerError:
            # Then Telegram says so itself.
            return False

    async def _try(self, chat: int, part: Part) -> Delivery:
        try:
            # Without waiting for as long as Telegram may ask: who sends decides what to do meanwhile.
            await self._bot.send_message(
                chat, part.text, reply_markup=part.buttons, link_preview_options=NO_PREVIEW
            )
        except TelegramError as error:
            return _fate(error)
        return Delivery("sent")


def _fate(error: TelegramError) -> Delivery:
    """What an error of the library says; its own words may quote the message."""
    name = type(error).__name__
    if isinstance(error, Forbidden):
        return Delivery("blocked", "the user blocked the bot")
    if isinstance(error, (BadRequest, ChatMigrated)):
        return Delivery("refused", f"Telegram will not take it: {name}")
    if isinstance(error, RetryAfter):
        return Delivery("failed", "Telegram asks to wait", _seconds(error))
    if isinstance(error, InvalidToken):
        return Delivery("failed", "the bot's token was refused")
    if isinstance(error.__cause__, _NEVER_LEFT):
        return Delivery("failed", "Telegram was not reached")
    return Delivery("unknown", f"no answer that tells whether it arrived: {name}")


def _seconds(error: RetryAfter) -> float:
    waits = error.retry_after
    return float(waits) if isinstance(waits, (int, float)) else waits.total_seconds()
