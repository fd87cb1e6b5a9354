"""Long polling: the service asks Telegram for updates, for development where nothing reaches it from outside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from telegram.error import Conflict, TelegramError

from bot.channels.telegram.delivery import TelegramBot

logger = logging.getLogger(__name__)

ALLOWED_UPDATES: Final = ("message", "edited_message", "callback_query", "my_chat_member")
"""The kinds of updates that this channel reads."""

_ASK_SECONDS: Final = 25
_LONGEST_PAUSE: Final = 30.0

Take = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Handles one update and tells whether it is done with; never raises."""


class Polling:
    """Fetches updates, and acknowledges them to Telegram only when they are done with."""

    def __init__(self, bot: TelegramBot, take: Take) -> None:
        self._bot = bot
        self._take = take
        self._next = 0
        self._failing = False

    async def run(self) -> None:
        """Polls until it is cancelled."""
        pause = 1.0
        began = False
        while True:
            try:
                began = began or await self._begin()
                done = await self._round()
            except TelegramError as error:
                self._failed(error)
                done = False
            else:
                self._failing = False
            if done:
                pause = 1.0
            else:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

    async def _begin(self) -> bool:
        # Telegram gives nothing to who asks while it has a place to send to.
        if (await self._bot.get_webhook_info()).url:
            await self._bot.delete_webhook()
            logger.warning(
                "telegram: took the webhook of this bot away, to poll; afterwards set it again with: "
                "jingzhong telegram set-webhook"
            )
        return True

    async def _round(self) -> bool:
        updates = await self._ask()
        # Those of one chat wait for one another; those of several do not.
        done = await asyncio.gather(*(self._take(update) for update in updates))
        for update, taken in zip(updates, done):
            if not taken:
                # It and all after it come again; what is done already is recognised.
                self._next = int(update["update_id"])
                return False
        if updates:
            self._next = int(updates[-1]["update_id"]) + 1
        return True

    async def _ask(self) -> Sequence[Mapping[str, Any]]:
        # As get_updates, but raw: that fails for good on a batch in which one update cannot be read. Telegram takes
        # names of methods in any case, and by this one the library does not point to its own.
        updates: Any = await self._bot.do_api_request(
            "getupdates",
            {"offset": self._next, "timeout": _ASK_SECONDS, "allowed_updates": ALLOWED_UPDATES},
            read_timeout=_ASK_SECONDS + 10,
        )
        if not isinstance(updates, list):
            raise TelegramError("no list of updates")
        return [
            update
            for update in updates
            if isinstance(update, dict) and isinstance(update.get("update_id"), int)
        ]

    def _failed(self, error: TelegramError) -> None:
        if self._failing:
            return
        self._failing = True
        reason = (
            "another process polls with this token; stop one of the two"
            if isinstance(error, Conflict)
            else type(error).__name__
        )
        logger.warning("telegram: no updates (%s); tried again", reason)
